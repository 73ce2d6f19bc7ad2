#include "gateways/rest/invoice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/shops/decimal_money.hpp"
#include "gateways/rest/html.hpp"
#include "infra/json/writer.hpp"

namespace layerline::rest {
namespace {

using store::Json;

std::int64_t amount(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member == nullptr ? 0 : member->integer("amount");
}

void read_recipient(const Json& order, Invoice& invoice) {
  invoice.mail = order.text("customer_email");
  const Json* to = order.find("shipping");
  if (to == nullptr) return;
  invoice.name = to->text("name");
  std::string town(to->text("postal_code"));
  for (const std::string_view part : {to->text("city"), to->text("region")})
    if (!part.empty()) town.append(town.empty() ? "" : " ").append(part);
  for (const std::string_view line : {to->text("line1"), to->text("line2"), std::string_view(town), to->text("country")})
    if (!line.empty()) invoice.address.emplace_back(line);
}

// A quote's order is so many of its one product, at one price.
InvoiceLine line_of_quote(const Json& order) {
  const std::int64_t quantity = std::max<std::int64_t>(order.integer("quantity"), 1);
  const std::int64_t total = amount(order, "total_price") - amount(order, "shipping_price");
  return {std::string(order.text("product_name")), std::string(order.text("sku")), quantity, total / quantity, total};
}

InvoiceLine line_of(const Json& line, const std::function<std::string(std::string_view)>& name_of) {
  InvoiceLine out{std::string(line.text("title")), std::string(line.text("product_sku")), line.integer("quantity"),
                  amount(line, "unit_price"), amount(line, "total")};
  if (out.sku.empty()) out.sku = line.text("sku");
  if (out.description.empty()) out.description = name_of(line.text("product_id"));
  return out;
}

// 1250 of USD is "12.50".
std::string decimal(std::int64_t minor_units, std::string_view currency) {
  const int decimals = shops::decimals_of(currency);
  std::string digits = std::to_string(minor_units < 0 ? -minor_units : minor_units);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - places, ".");
  return (minor_units < 0 ? "-" : "") + digits;
}

constexpr std::string_view style =
    R"(body{font:15px/1.5 system-ui,sans-serif;max-width:44rem;margin:2.5rem auto;padding:0 1.5rem;color:#1b2430}
h1{font-size:1.6rem;margin:0}header,section{display:flex;justify-content:space-between;gap:2rem;margin-bottom:2rem}
p{margin:0}.quiet{color:#5a6675}table{width:100%;border-collapse:collapse}th{text-align:left;font-weight:600}
th,td{padding:.45rem .3rem;border-bottom:1px solid #d9dee5;vertical-align:top}.number{text-align:right;white-space:nowrap}
tfoot td{border:0;padding:.2rem .3rem}tfoot tr.sum td{font-weight:600;border-top:2px solid #1b2430}
@media print{body{margin:0;max-width:none}})";

std::string sum_row(std::string_view name, std::int64_t minor_units, const Invoice& invoice, bool sum = false) {
  return fmt::format("<tr{}><td colspan=\"3\" class=\"number\">{}</td><td class=\"number\">{} {}</td></tr>\n",
                     sum ? " class=\"sum\"" : "", name, decimal(minor_units, invoice.currency), escaped(invoice.currency));
}

std::string table(const Invoice& invoice) {
  std::string out = "<table><thead><tr><th>Item</th><th class=\"number\">Quantity</th><th class=\"number\">Price</th>"
                    "<th class=\"number\">Amount</th></tr></thead>\n<tbody>\n";
  for (const InvoiceLine& line : invoice.lines)
    out += fmt::format("<tr><td>{}<br><span class=\"quiet\">{}</span></td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
                       "<td class=\"number\">{}</td></tr>\n",
                       escaped(line.description), escaped(line.sku), line.quantity, decimal(line.unit_price, invoice.currency),
                       decimal(line.total, invoice.currency));
  out += "</tbody>\n<tfoot>\n" + sum_row("Goods", invoice.goods, invoice);
  if (invoice.shipping != 0) out += sum_row("Shipping", invoice.shipping, invoice);
  if (invoice.other != 0) out += sum_row("As charged by the shop", invoice.other, invoice);
  out += sum_row("Total", invoice.total, invoice, true);
  if (invoice.paid != 0) out += sum_row("Paid", invoice.paid, invoice);
  if (invoice.refunded != 0) out += sum_row("Refunded", invoice.refunded, invoice);
  return out + sum_row("Due", invoice.due, invoice, true) + "</tfoot></table>\n";
}

}  // namespace

Invoice invoice_of(const Json& order, std::string workshop, const std::function<std::string(std::string_view)>& name_of) {
  Invoice out{.workshop = std::move(workshop), .order_id = std::string(order.text("id")),
              .order_number = std::string(order.text("order_number")), .status = std::string(order.text("status")),
              .payment_status = std::string(order.text("payment_status")), .ordered_at = std::string(order.text("created_at")),
              .customer_id = std::string(order.text("customer_id")), .name = {}, .mail = {}, .address = {},
              .currency = std::string(order.text("currency")), .lines = {}};
  read_recipient(order, out);
  const Json* lines = order.find("lines");
  if (lines != nullptr && lines->array() != nullptr)
    for (const Json& line : *lines->array()) out.lines.push_back(line_of(line, name_of));
  if (out.lines.empty()) out.lines.push_back(line_of_quote(order));
  for (const InvoiceLine& line : out.lines) out.goods += line.total;
  out.shipping = amount(order, "shipping_price");
  out.total = amount(order, "total_price");
  out.other = out.total - out.goods - out.shipping;
  out.paid = amount(order, "amount_paid");
  out.refunded = amount(order, "amount_refunded");
  const bool called_off = out.status == "CANCELLED" || out.status == "REFUNDED";
  out.due = called_off ? 0 : std::max<std::int64_t>(0, out.total - out.paid);
  return out;
}

std::string invoice_json(const Invoice& invoice) {
  std::string out;
  json::Writer writer(out);
  const auto text = [&](std::string_view name, std::string_view value) {
    value.empty() ? writer.key(name).null() : writer.member(name, value);
  };
  const auto money = [&](std::string_view name, std::int64_t minor_units) {
    writer.key(name).begin_object().member("amount", minor_units).member("currency", invoice.currency).end();
  };
  writer.begin_object();
  text("workshop", invoice.workshop);
  for (const auto& [name, value] : {std::pair("order_id", &invoice.order_id), {"order_number", &invoice.order_number},
                                    {"status", &invoice.status}, {"payment_status", &invoice.payment_status},
                                    {"ordered_at", &invoice.ordered_at}, {"customer_id", &invoice.customer_id},
                                    {"currency", &invoice.currency}})
    writer.member(name, *value);
  text("customer_name", invoice.name);
  text("customer_email", invoice.mail);
  writer.key("address").begin_array();
  for (const std::string& line : invoice.address) writer.value(line);
  writer.end().key("lines").begin_array();
  for (const InvoiceLine& line : invoice.lines) {
    writer.begin_object();
    text("description", line.description);
    text("sku", line.sku);
    writer.member("quantity", line.quantity);
    money("unit_price", line.unit_price);
    money("total", line.total);
    writer.end();
  }
  writer.end();
  for (const auto& [name, value] : {std::pair("goods", invoice.goods), {"shipping_price", invoice.shipping}, {"other", invoice.other},
                                    {"total_price", invoice.total}, {"amount_paid", invoice.paid}, {"amount_refunded", invoice.refunded},
                                    {"amount_due", invoice.due}})
    money(name, value);
  writer.end();
  return out;
}

std::string invoice_page(const Invoice& invoice) {
  std::string address;
  for (const std::string& line : invoice.address) address += "<br>" + escaped(line);
  const std::string number = escaped(invoice.order_number);
  return fmt::format(R"(<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Invoice {0}</title><style>{1}</style>
<header><div><h1>Invoice</h1><p class="quiet">{2}</p></div><p class="number">{0}<br>{3}</p></header>
<section><p>{4}{5}</p><p class="number">Order: {6}<br>Payment: {7}</p></section>
{8}</html>
)",
                     number, style, escaped(invoice.workshop), escaped(std::string_view(invoice.ordered_at).substr(0, 10)),
                     escaped(invoice.name), address, escaped(invoice.status), escaped(invoice.payment_status), table(invoice));
}

}  // namespace layerline::rest
