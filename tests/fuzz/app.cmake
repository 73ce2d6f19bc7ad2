# What our own processes send each other.
layerline_fuzz(fuzz_wire SOURCES app_wire.cpp LINK app_commands)
