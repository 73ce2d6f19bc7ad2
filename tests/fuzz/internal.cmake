# What our own processes ask each other.
layerline_fuzz(fuzz_question SOURCES internal_question.cpp LINK gateways_internal)
