// The values that every aggregate speaks in. No floating point: a decision counts in minor units, milligrams and milliseconds.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace layerline {

// A typed identifier: explicit to make, never converts into another one or into a string by itself.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

using WorkshopId = Id<struct WorkshopTag>;
using ModelId = Id<struct ModelTag>;              // SHA-256 of the file's bytes, 64 hex digits
using FileId = Id<struct FileTag>;                // one upload of a model by one customer
using QuoteId = Id<struct QuoteTag>;
using ProductId = Id<struct ProductTag>;
using OrderId = Id<struct OrderTag>;
using CartId = Id<struct CartTag>;                // whose it is: a customer's id, or a guest's
using PaymentId = Id<struct PaymentTag>;
using MaterialId = Id<struct MaterialTag>;        // "PLA-black": type and colour
using LotId = Id<struct LotTag>;                  // what is written on a spool: of one workshop
using LocationId = Id<struct LocationTag>;
using ProductionOrderId = Id<struct ProductionOrderTag>;
using PrinterId = Id<struct PrinterTag>;
using PrintJobId = Id<struct PrintJobTag>;
using ShipmentId = Id<struct ShipmentTag>;
using SupplierId = Id<struct SupplierTag>;
using PurchaseId = Id<struct PurchaseTag>;
using FirmOrderId = Id<struct FirmOrderTag>;
using EffectId = Id<struct EffectTag>;
using AddressId = Id<struct SavedAddressTag>;      // of a customer's address book
using CustomerId = Id<struct CustomerTag>;        // the subject under whose key personal data is sealed
using BlobHash = Id<struct BlobTag>;              // SHA-256, 64 hex digits

// Integer minor units of one ISO 4217 currency.
struct Money {
  std::int64_t minor_units = 0;
  std::string currency;
  friend bool operator==(const Money&, const Money&) = default;
};

// Integer milligrams.
struct Mass {
  std::int64_t milligrams = 0;
  friend auto operator<=>(const Mass&, const Mass&) = default;
  friend Mass operator+(Mass a, Mass b) { return {a.milligrams + b.milligrams}; }
  friend Mass operator-(Mass a, Mass b) { return {a.milligrams - b.milligrams}; }
  friend Mass operator*(Mass a, std::int64_t n) { return {a.milligrams * n}; }
};

// Milliseconds since 1970-01-01 UTC, and spans of them.
struct Time {
  std::int64_t ms = 0;
  friend auto operator<=>(const Time&, const Time&) = default;
};
struct Duration {
  std::int64_t ms = 0;
  friend auto operator<=>(const Duration&, const Duration&) = default;
};
inline Time operator+(Time t, Duration d) { return {t.ms + d.ms}; }
inline Duration operator-(Time a, Time b) { return {a.ms - b.ms}; }

// A value that must not be printed: it has no stream or format operator, and comparing it is the reader's business.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  [[nodiscard]] const T& reveal() const { return value_; }

 private:
  T value_{};
};

}  // namespace layerline

template <class Tag>
struct std::hash<layerline::Id<Tag>> {
  std::size_t operator()(const layerline::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
