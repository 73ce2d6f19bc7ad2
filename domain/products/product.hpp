// Products: what is made or bought. An accepted quote becomes a custom product with a part a line; the catalogue's are defined by hand,
// with prices, print files and versioned bills of materials.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/kernel/context.hpp"
#include "domain/kernel/events.hpp"
#include "domain/models/model.hpp"
#include "domain/products/batches.hpp"
#include "domain/products/shortages.hpp"

namespace layerline::quotes { struct Quote; }

namespace layerline::products {

// Of one unit: so much of a material, or so many of another product.
struct BomLine {
  MaterialId material = {};
  std::int64_t milligrams_per_unit = 0;
  ModelId model = {};                // the three of them: of a custom product
  FileId file = {};
  std::int64_t print_ms_per_unit = 0;
  ProductId component = {};
  std::int64_t quantity = 0;
  std::int64_t scrap_ppm = 0;        // is thrown away besides, of a million
};

enum class Kind { standard, custom, material };

struct PriceLevel { std::int64_t from_quantity = 0, unit_price = 0; };

// All that is said of a product of the catalogue.
struct Entry {
  Kind kind = Kind::standard;
  std::string name, category, description;
  ProductId parent;                                             // the product that this is a variant of
  std::vector<std::pair<std::string, std::string>> options;     // of a variant: "colour", "blue"
  std::int64_t price = 0;
  std::vector<PriceLevel> price_levels;                         // ascending
  bool active = true;
  bool stocked = false;                                         // else made to order
  std::vector<std::string> images;                              // blobs
  MaterialId material;                                          // of kind material
  std::int64_t purchase_cost = 0;                               // of what is bought, per unit
  std::optional<std::vector<std::string>> work_steps = {};      // after printing, in their order; nullopt: as its finish or its parent says
};

// What is printed on the printers of one profile.
struct PrintFile {
  BlobHash blob;
  models::Facts facts;
  std::int64_t milligrams = 0;       // of all its pieces, and so the time
  std::int64_t print_ms = 0;
  std::int64_t pieces = 1;           // units that one print makes
  std::int64_t plate = 1;            // of a .gcode.3mf

  // Rounded up.
  [[nodiscard]] std::int64_t print_ms_per_unit() const { return (print_ms + pieces - 1) / pieces; }
};

struct Product {
  ProductId id;
  std::string sku;                               // "FG-00015", "CUSTOM-Q-2026-042", "MAT-PLA-black"
  QuoteId quote = {};                            // of a custom product that a quote became
  std::vector<BomLine> bom = {};                 // the active one
  bool catalogue = false;
  Entry entry = {};
  std::map<std::int64_t, std::vector<BomLine>> boms = {};   // by version
  std::int64_t bom_version = 0;                             // the active one's
  std::map<std::string, PrintFile> files = {};              // by profile
  std::int64_t unit_cost = 0;                               // as it was rolled up last
  std::int64_t on_hand = 0;                                 // finished units
  Batches batches = {};                                     // of which
  std::int64_t allocated = 0;
  std::map<std::string, std::int64_t> holders = {};         // allocated to whom
  std::deque<Shortage> shortages = {};                      // of what is bought
  bool alerted = false;                                     // the operator was told that too few are there

  [[nodiscard]] std::int64_t available() const { return on_hand - allocated; }
};

// ---- commands; a product is named by its id or its SKU ----

struct DefineProduct { ProductId product; std::string sku; Entry entry; };   // sku empty: the next "FG-…", or "MAT-<material>"
struct ChangeProduct { ProductId product; Entry entry; };
struct SetProductFile { ProductId product; std::string profile; PrintFile file; };
struct RemoveProductFile { ProductId product; std::string profile; };

// ---- decisions ----

[[nodiscard]] Decided decide(const DefineProduct&, const Context&);
[[nodiscard]] Decided decide(const ChangeProduct&, const Context&);
[[nodiscard]] Decided decide(const SetProductFile&, const Context&);
[[nodiscard]] Decided decide(const RemoveProductFile&, const Context&);

[[nodiscard]] Events create_custom(const quotes::Quote&, const ProductId&, const Context&);

// ---- queries ----

[[nodiscard]] const Product* find(const Workshop&, const std::string& id_or_sku);
// What one unit costs a customer who buys so many.
[[nodiscard]] std::int64_t unit_price(const Product&, std::int64_t quantity);
// The file that a printer of the workshop takes: of the profile "default" if it can, else of the first that fits. nullptr: there is none.
[[nodiscard]] const PrintFile* print_file(const Product&, const Workshop&);
[[nodiscard]] std::string_view name(Kind);
// Letters, digits and "-_.+/#:", short: what may be a SKU, a profile or the name of a shop.
[[nodiscard]] bool plain_code(std::string_view);

void evolve(Workshop&, const events::ProductCreated&, Time);
void evolve(Workshop&, const events::BomDefined&, Time);
void evolve(Workshop&, const events::ProductDefined&, Time);
void evolve(Workshop&, const events::ProductChanged&, Time);
void evolve(Workshop&, const events::ProductFileSet&, Time);
void evolve(Workshop&, const events::ProductFileRemoved&, Time);

}  // namespace layerline::products
