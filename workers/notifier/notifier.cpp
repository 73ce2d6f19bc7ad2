#include "workers/notifier/notifier.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <memory>

namespace layerline::notifier {
namespace {

std::string money(std::int64_t minor_units, const std::string& currency) {
  return fmt::format("{}{}.{:02} {}", minor_units < 0 ? "-" : "", std::abs(minor_units) / 100, std::abs(minor_units) % 100, currency);
}

struct Words {
  std::string subject;
  std::string text;
};

Words words_of(const Sender& sender, const std::string& workshop, const events::SendMail& mail) {
  const std::string& kind = mail.mail();
  const std::string& number = mail.number();
  const std::string link = mail.order().empty() ? "" : sender.tracking_link(workshop, mail.order());
  if (kind == "quote_ready")
    return {fmt::format("Your quote {} is ready", number),
            fmt::format("Your quote {} is ready: {} in total. It holds for 30 days.\n\nAccept it with your account.\n", number,
                        money(mail.total(), mail.currency()))};
  if (kind == "order_confirmed")
    return {fmt::format("Order {} is confirmed", number),
            fmt::format("Thank you. We have your payment of {} for order {} and put it into the print queue.\n\nFollow it here: {}\n",
                        money(mail.total(), mail.currency()), number, link)};
  if (kind == "printing")
    return {fmt::format("Order {} is being printed", number),
            fmt::format("We have started to print your order {}.\n\nFollow it here: {}\n", number, link)};
  if (kind == "shipped")
    return {fmt::format("Order {} is on its way", number),
            fmt::format("{} {} was handed to {}.\nTracking number: {}\n{}\nFollow it here: {}\n",
                        mail.detail() == "part" ? "A part of your order" : "Your order", number, mail.carrier(), mail.tracking_number(),
                        mail.detail() == "part" ? "The rest follows in another parcel.\n" : "", link)};
  if (kind == "delivered")
    return {fmt::format("Order {} was delivered", number),
            fmt::format("Your order {} was delivered. Did it turn out as you wanted? Reply to this mail with a few words; a review helps "
                        "us and other customers.\n\n{}\n",
                        number, link)};
  if (kind == "payment_failed" && !mail.order().empty())
    return {fmt::format("The payment of order {} did not go through", number),
            fmt::format("Your payment of {} for order {} was refused, and nothing was charged. The order waits for it: pay again with your "
                        "account, or in another way.\n\nFollow it here: {}\n",
                        money(mail.total(), mail.currency()), number, link)};
  if (kind == "payment_failed")   // of a cart
    return {"Your payment did not go through",
            fmt::format("Your payment of {} was refused, and nothing was charged. Your cart is as you left it: pay again, or in "
                        "another way.\n",
                        money(mail.total(), mail.currency()))};
  if (kind == "short_of_stock")
    return {fmt::format("Order {} has to wait", number),
            fmt::format("Your order {} is paid, but {} of its pieces are no longer on our shelf. We make them and send all of it as soon "
                        "as they are done. If you would rather not wait, you get your money back; choose here: {}\n",
                        number, mail.detail(), link)};
  if (kind == "order_short")
    return {fmt::format("Order {} is short of stock", number),
            fmt::format("Order {} is paid, and {} pieces of it are not on the shelf. They are made, unless its customer wants the money "
                        "back.\n",
                        number, mail.detail())};
  if (kind == "quote_waiting")
    return {fmt::format("Quote {} waits for you", number),
            fmt::format("Quote {} needs an operator's eye before it is approved.\n", number)};
  if (kind == "new_order")
    return {fmt::format("New order {}", number), fmt::format("Order {} was paid: {}.\n", number, money(mail.total(), mail.currency()))};
  if (kind == "stock_low")
    return {fmt::format("Stock of {} is low", number), fmt::format("{}: {}. Time to order more.\n", number, mail.detail())};
  if (kind == "daily_report")
    return {fmt::format("{} in short", number),
            fmt::format("money received, less what was given back: {}\n{}\n", money(mail.total(), mail.currency()), mail.detail())};
  if (kind == "print_failed")
    return {fmt::format("A print of {} failed", number),
            fmt::format("A print of production order {} did not end well: {}.\n", number, mail.detail())};
  return {fmt::format("About {}", number), mail.detail() + "\n"};
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

effects::Outcome outcome_of(mail::SendError::Outcome outcome) {
  switch (outcome) {
    case mail::SendError::Outcome::not_done: return effects::Outcome::failed;
    case mail::SendError::Outcome::refused: return effects::Outcome::failed_for_good;
    case mail::SendError::Outcome::unknown: return effects::Outcome::unknown;
  }
  return effects::Outcome::unknown;
}

effects::Performed send(const Sender& sender, const effects::OpenEffect& effect) {
  effects::FinishEffect finish{EffectId(effect.id), effects::Outcome::failed_for_good, "no mail server is configured"};
  if (sender.server.host.empty()) return Command(finish);
  const auto sent = mail::send(sender.server, compose(sender, effect, now_ms()));
  finish.outcome = sent ? effects::Outcome::succeeded : outcome_of(sent.error().outcome);
  finish.reason = sent ? "" : sent.error().message;
  if (sent || sent.error().fault.empty()) return {std::move(finish), circuit::Answered{}};
  // A server that takes mails and never says so would deliver one more at each try: such tries are counted.
  finish.service_away = finish.outcome == effects::Outcome::failed;
  return {std::move(finish), circuit::Fault{sent.error().fault}};
}

}  // namespace

mail::Mail compose(const Sender& sender, const effects::OpenEffect& effect, std::int64_t time_ms) {
  const events::SendMail& asked = effect.request.send_mail();
  Words words = words_of(sender, effect.workshop, asked);
  std::string greeting = asked.name().clear().empty() ? std::string() : fmt::format("Hello {},\n\n", asked.name().clear());
  return {.effect_id = effect.id,
          .from = sender.from,
          .from_name = sender.from_name,
          .to = asked.to().clear(),
          .to_name = asked.name().clear(),
          .subject = std::move(words.subject),
          .text = greeting + words.text,
          .time_ms = time_ms};
}

std::map<effects::Action, effects::Perform> mail_effects(Sender sender) {
  const auto shared = std::make_shared<const Sender>(std::move(sender));
  return {{events::EffectRequested::kSendMail, [shared](const effects::OpenEffect& effect) { return send(*shared, effect); }}};
}

}  // namespace layerline::notifier
