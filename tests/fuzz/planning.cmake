# What planners hand in as a file.
layerline_fuzz(fuzz_planning SOURCES planning_file.cpp LINK app_planning)
