// What other documents call the states of ours. A state is one word of theirs, or none; a view of it, never a state of its own.
#pragma once

#include <array>
#include <string_view>

namespace layerline::words {

struct Word {
  std::string_view ours;
  std::string_view theirs;   // empty: the document has no word for it
};

// The ERP's sales order. Whatever the state, an order on hold is "on_hold".
inline constexpr std::array erp_order{
    Word{"QUOTED", "pending"},          Word{"PAID", "confirmed"},
    Word{"QUEUED", "confirmed"},        Word{"PRINTING", "in_production"},
    Word{"PRINTED", "in_production"},   Word{"QUALITY_CHECK", "quality_check"},
    Word{"READY_TO_SHIP", "quality_check"}, Word{"SHIPPED", "shipped"},
    Word{"DELIVERED", "delivered"},     Word{"COMPLETE", "completed"},
    Word{"CANCELLED", "cancelled"},     Word{"REFUNDED", "cancelled"},
};

// The store tells its customer of two states only.
inline constexpr std::array store_order{
    Word{"QUOTED", ""},              Word{"PAID", "Processing"},    Word{"QUEUED", "Processing"},
    Word{"PRINTING", "Processing"},  Word{"PRINTED", "Processing"}, Word{"QUALITY_CHECK", "Processing"},
    Word{"READY_TO_SHIP", "Processing"}, Word{"SHIPPED", "Shipped"}, Word{"DELIVERED", "Shipped"},
    Word{"COMPLETE", "Shipped"},     Word{"CANCELLED", ""},         Word{"REFUNDED", ""},
};

// The farm's order is our order, and begins with the quote.
inline constexpr std::array farm_quote{
    Word{"draft", "OPPORTUNITY"}, Word{"pending", "OPPORTUNITY"}, Word{"approved", "QUOTED"}, Word{"accepted", "QUOTED"},
    Word{"rejected", ""},         Word{"cancelled", ""},          Word{"expired", ""},
};

// The ERP's quote has our states under our names.
inline constexpr std::array portal_quote{
    Word{"draft", "draft"},   Word{"pending", "draft"},    Word{"approved", "draft"},  Word{"accepted", "ordered"},
    Word{"rejected", ""},     Word{"cancelled", ""},       Word{"expired", "expired"},
};

// The ERP's payment; of one that was never paid in full and partly given back it says "partial".
inline constexpr std::array erp_payment{
    Word{"requested", "pending"}, Word{"open", "pending"},         Word{"failed", "pending"},   Word{"partly_paid", "partial"},
    Word{"succeeded", "paid"},    Word{"partly_refunded", "paid"}, Word{"refunded", "refunded"},
};

inline constexpr std::array store_payment{
    Word{"requested", ""},         Word{"open", ""},                    Word{"failed", "Failed"},     Word{"partly_paid", ""},
    Word{"succeeded", "succeeded"}, Word{"partly_refunded", "succeeded"}, Word{"refunded", ""},
};

// The ERP's production order begins as our plan: "draft" is a planned order, which is not stored, "confirmed" a firm one.
inline constexpr std::array erp_firm_order{Word{"firm", "confirmed"}};
inline constexpr std::array erp_production{
    Word{"queued", "queued"}, Word{"printing", "printing"}, Word{"completed", "completed"}, Word{"failed", "failed"},
    Word{"cancelled", "cancelled"},
};

// The farm's flow of material: words for what happens to it.
inline constexpr std::array farm_material{
    Word{"stock.received", "STOCK_AVAILABLE"}, Word{"stock.reserved", "RESERVED"},   Word{"stock.consumed", "CONSUMED"},
    Word{"stock.low", "LOW_STOCK_ALERT"},      Word{"purchase.placed", "REORDERED"}, Word{"purchase.received", "RESTOCKED"},
};

template <class View>
[[nodiscard]] constexpr std::string_view theirs(const View& view, std::string_view ours) {
  for (const Word& word : view)
    if (word.ours == ours) return word.theirs;
  return "";
}

}  // namespace layerline::words
