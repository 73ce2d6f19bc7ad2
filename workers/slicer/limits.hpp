// Every limit of the model readers, the estimator and the slicer process, by name. A foreign file can reach none of them by accident.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::slicer::limits {

// Meshes
inline constexpr std::uint32_t max_triangles = 8'000'000;          // after expansion of components; about 60 bytes each while measured
inline constexpr float max_coordinate_mm = 1e7F;                   // 10 km: beyond it, float32 has no tenth of a millimetre left
inline constexpr double oversize_mm = 500;                         // larger than any printer bed: a warning
inline constexpr double undersize_mm = 6;                          // smaller than that in every direction: the unit may be inches

// STL
inline constexpr std::size_t stl_read_bytes = 50 * 32768;          // whole triangles
inline constexpr std::size_t max_stl_token_bytes = 128;

// 3MF: a zip of XML
inline constexpr std::uint64_t max_zip_entries = 4096;
inline constexpr std::uint64_t max_entry_name_bytes = 512;
inline constexpr std::uint64_t max_inflated_bytes = 1'500'000'000;  // all read entries of one archive together
inline constexpr std::uint64_t max_inflate_ratio = 120;             // of one entry, once it is beyond the next figure
inline constexpr std::uint64_t inflate_ratio_free_bytes = 8'000'000;
inline constexpr std::uint64_t max_small_part_bytes = 8'000'000;    // relationships, configuration: read whole
inline constexpr std::uint64_t max_xml_token_bytes = 1 << 20;       // one tag with its attributes
inline constexpr int max_xml_depth = 64;
inline constexpr std::size_t max_objects = 200'000;
inline constexpr std::size_t max_components = 200'000;              // references in the file
inline constexpr std::size_t max_component_depth = 32;
inline constexpr std::size_t max_expansions = 50'000;               // placed instances after expansion
inline constexpr std::size_t max_model_parts = 1024;                // .model files of one project

// G-code
inline constexpr std::size_t max_gcode_line_bytes = 64 * 1024;      // of a comment that is looked at; longer ones are skipped
inline constexpr std::size_t max_plates = 64;
inline constexpr std::size_t max_text_bytes = 120;                  // of a printer model, a filament type, a colour
inline constexpr double max_grams = 1e6;
inline constexpr double max_seconds = 3.2e7;                        // a year

// Estimate
inline constexpr double max_voxels = 300e6;                         // cells of all layers: the grid coarsens beyond it
inline constexpr double finest_cell_mm = 0.15;
inline constexpr int max_grid_cells = 4096;                         // per side
inline constexpr int max_layers = 4000;                             // more are sampled
inline constexpr double max_layer_cuts = 10e6;                      // triangles times layers that cut them: layers are sampled beyond it
inline constexpr double max_row_crossings = 8e6;                    // of the outlines of one layer with rows of the grid
inline constexpr double max_depth_cells = 6e9;                      // looked at for all walls of a model

// Thumbnail
inline constexpr int thumbnail_pixels = 512;
inline constexpr double max_drawn_samples = 2e9;                    // of all triangles, also behind each other

// Slicer process
inline constexpr std::uint64_t slice_memory_bytes = 3ULL << 30;     // RLIMIT_AS
inline constexpr int slice_cpu_s = 900;                             // RLIMIT_CPU
inline constexpr int slice_wall_ms = 1'200'000;                     // then SIGKILL
inline constexpr std::uint64_t slice_output_bytes = 1ULL << 30;     // RLIMIT_FSIZE
inline constexpr std::size_t slice_log_bytes = 16 * 1024;           // kept of what the slicer says

}  // namespace layerline::slicer::limits
