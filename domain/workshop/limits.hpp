// The limits of a workshop's decisions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace layerline::limits {

inline constexpr std::int64_t quote_quantity_max = 10'000;
inline constexpr std::size_t quote_files_max = 20;
inline constexpr std::int64_t price_max = 100'000'000'000;          // minor units
inline constexpr std::int64_t rule_price_max = 100'000'000;         // minor units, of one rule
inline constexpr std::int64_t markup_basis_points_max = 1'000'000;  // a hundred times
inline constexpr std::int64_t rush_basis_points_max = 100'000;      // ten times
inline constexpr std::int64_t days_max = 3'650;
inline constexpr std::int64_t part_mass_max_mg = 10'000'000;        // 10 kg, of one file's piece
inline constexpr std::int64_t part_print_ms_max = 2'000'000'000;    // 23 days
inline constexpr std::size_t word_length_max = 40;                  // of a material's type or colour
inline constexpr std::int64_t mass_max_mg = 1'000'000'000'000;      // a thousand tonnes: anything above is a typing error
inline constexpr std::size_t code_length_max = 80;                  // of a SKU, a profile, a source, a shop
inline constexpr std::size_t shop_text_max = 400;                   // bytes of a text that a shop sent
inline constexpr std::size_t product_name_max = 200;
inline constexpr std::size_t product_description_max = 4'000;
inline constexpr std::size_t product_options_max = 10;
inline constexpr std::size_t product_images_max = 20;
inline constexpr std::size_t work_steps_max = 20;                   // of a product, and of the rules
inline constexpr std::int64_t work_step_max_ms = 2'592'000'000;      // 30 days, of one piece
inline constexpr std::size_t product_files_max = 20;
inline constexpr std::int64_t print_pieces_max = 1'000;             // that one print makes
inline constexpr std::size_t price_levels_max = 20;
inline constexpr std::int64_t finished_good_numbers_max = 100'000'000;
inline constexpr std::size_t bom_lines_max = 50;
inline constexpr std::size_t bom_parts_max = 50;                    // production orders that one unit may take, over all levels
inline constexpr std::int64_t bom_quantity_max = 1'000;
inline constexpr std::int64_t bom_scrap_ppm_max = 10'000'000;         // ten thrown away for each that is used
inline constexpr std::int64_t units_max = 1'000'000'000;
inline constexpr std::int64_t bom_units_max = units_max / quote_quantity_max;   // of one unit, over all levels: any order can be counted
inline constexpr int batches_named_max = 1'000;                      // by one event, so that it fits into a record
inline constexpr std::size_t order_lines_max = 100;
inline constexpr std::int64_t lots_chosen_max = 20;                 // for one production order
inline constexpr std::int64_t photos_max = 100;                     // of one order's quality check
inline constexpr std::int64_t photo_bytes_max = std::int64_t{10} << 20;
inline constexpr std::size_t defects_max = 10;                      // codes of one failed check
inline constexpr std::size_t shipping_options_max = 20;
inline constexpr std::int64_t checkout_hold_max_ms = 86'400'000;    // longer would keep the shelf from those who pay
inline constexpr std::size_t carts_expired_at_once = 100;           // by one timer: each may erase a person, which looks at all orders
inline constexpr std::int64_t production_quantity_max = 1'000'000;   // that may be asked for; parts of it can be more
inline constexpr std::int64_t bed_max_um = 10'000'000;               // of a printer, each way
inline constexpr std::int64_t due_max_ms = 253'402'214'400'000;            // 9999-12-31
inline constexpr std::int64_t schedule_horizon_ms = 315'360'000'000;   // ten years: further ahead nobody can say
inline constexpr std::size_t schedule_moments_max = 32;   // at which material comes, of one schedule: each goes through the whole queue
inline constexpr std::size_t events_per_commit_max = 65'536;        // far more than fit into a record; only a policy without end has them
inline constexpr std::size_t dispatch_reasons_max = 64;  // waiting production orders, from the front, whose reasons are kept up to date
inline constexpr std::int64_t progress_step_percent = 5;
inline constexpr std::int64_t effect_attempts_max = 8;
inline constexpr std::int64_t effect_backoff_first_ms = 1'000;
inline constexpr std::int64_t effect_backoff_max_ms = 300'000;

}  // namespace layerline::limits
