#include "gateways/rest/documents.hpp"

#include "infra/json/writer.hpp"
#include "infra/store/json_tree.hpp"

namespace layerline::rest {

using projections::Document;
using store::Json;

std::string model_of_file(const Document& file) {
  const auto json = Json::parse(file.json);
  return json ? std::string(json->text("model")) : "";
}

models::Upload upload_again(const Document& file, FileId as) {
  const Json json = Json::parse(file.json).value_or(Json());
  return {std::move(as), ModelId(std::string(json.text("model"))), std::string(json.text("name")), json.integer("size_bytes")};
}

std::string first_file(std::string_view quote_json) {
  const auto json = Json::parse(quote_json);
  const Json* files = json ? json->find("files") : nullptr;
  if (files == nullptr || files->array() == nullptr || files->array()->empty()) return "";
  return std::string(files->array()->front().text("id"));
}

std::string with_quote(std::string_view file_json, std::string_view quote) {
  Json json = Json::parse(file_json).value_or(Json());
  json["quote_id"] = quote;
  return json.str();
}

std::optional<std::string> refusal_of_quote(const Document& quote) {
  if (quote.status != "rejected") return std::nullopt;
  const auto json = Json::parse(quote.json);
  const Json* rejection = json ? json->find("rejection") : nullptr;
  return rejection == nullptr ? std::nullopt : std::optional(std::string(rejection->text("reason")));
}

quotes::Options options_of_quote(const Document& quote) {
  quotes::Options options;
  const auto json = Json::parse(quote.json);
  if (!json) return options;
  options.quantity = json->integer("quantity");
  options.material_type = json->text("material_type");
  options.colour = json->text("color");
  options.infill_percent = json->integer("infill");
  options.finish = json->text("finish");
  options.rush = json->flag("rush");
  return options;
}

std::string payment_of_cart(const Document& cart) {
  const auto json = Json::parse(cart.json);
  const Json* checkout = json ? json->find("checkout") : nullptr;
  return checkout == nullptr ? "" : std::string(checkout->text("payment_id"));
}

std::optional<Photo> photo_of(const Document& document, std::string_view photo) {
  const auto json = Json::parse(document.json);
  const Json* photos = json ? json->find("photos") : nullptr;
  if (photos == nullptr || photos->array() == nullptr) return std::nullopt;
  for (const Json& known : *photos->array())
    if (known.text("id") == photo) return Photo{std::string(known.text("blob")), std::string(known.text("content_type"))};
  return std::nullopt;
}

bool has_image(const Document& product, std::string_view image) {
  const auto json = Json::parse(product.json);
  const Json* images = json ? json->find("images") : nullptr;
  if (images == nullptr || images->array() == nullptr) return false;
  for (const Json& known : *images->array())
    if (known.str() == Json(image).str()) return true;
  return false;
}

std::string status_of_order(const Document& order) {
  const auto json = Json::parse(order.json);
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const char* name : {"id", "order_number", "status", "erp_status", "payment_status", "on_hold", "priority", "due_date",
                           "production_orders", "shipment", "parcels", "updated_at"})
    if (const Json* member = json ? json->find(name) : nullptr) writer.key(name).raw(member->str());
  writer.end();
  return out;
}

}  // namespace layerline::rest
