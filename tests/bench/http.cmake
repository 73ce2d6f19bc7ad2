# The two measures of the HTTP server: what a constant answer costs, and what a hand-written durable server reaches.
add_executable(http_constant http_constant.cpp)
target_link_libraries(http_constant PRIVATE infra_http)
add_executable(baseline_server http_baseline_server.cpp)
target_link_libraries(baseline_server PRIVATE layerline_options schemas simdjson::simdjson Boost::headers Threads::Threads)
# What asks the servers.
add_executable(load load.cpp)
target_link_libraries(load PRIVATE layerline_options)
