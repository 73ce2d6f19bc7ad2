foreach(reader stl 3mf gcode)
  layerline_fuzz(fuzz_mesh_${reader} SOURCES ${CMAKE_CURRENT_LIST_DIR}/mesh_${reader}.cpp LINK workers_slicer)
endforeach()
