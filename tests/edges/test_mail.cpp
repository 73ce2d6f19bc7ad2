#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include "infra/crypto/encoding.hpp"
#include "infra/mail/smtp.hpp"
#include "tests/simulators/mail/smtp_session.hpp"

namespace layerline::mail {
namespace {

Mail example() {
  return {.effect_id = "effect-1",
          .from = "workshop@example.org",
          .from_name = "Wörkshop",
          .to = "ada@example.com",
          .subject = "Your quote Q-2026-001",
          .text = "Hello,\n.leading dot\n",
          .html = "<p>Hello</p>",
          .time_ms = 1'700'000'000'000};
}

// Takes `connections` dialogues one after the other.
class Sink {
 public:
  explicit Sink(int connections) : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) serve(acceptor_.accept());
    });
  }
  ~Sink() { thread_.join(); }
  SmtpServer server() const { return {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}; }
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  void serve(boost::asio::ip::tcp::socket socket) {
    simulators::SmtpSession session([this](std::string_view message) { return messages_.emplace_back(message), true; });
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(session.greeting()), error);
    while (!error && !session.finished()) {
      char piece[512];
      const std::size_t size = socket.read_some(boost::asio::buffer(piece), error);
      boost::asio::write(socket, boost::asio::buffer(session.put({piece, size})), error);
    }
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> messages_;
  std::thread thread_;
};

TEST_CASE("mail: what is sent over SMTP arrives as it was composed, the same bytes each time") {
  const Mail mail = example();
  Sink sink(2);
  const auto first = send(sink.server(), mail);
  const auto second = send(sink.server(), mail);
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  REQUIRE(sink.messages().size() == 2);
  CHECK(sink.messages()[0] == *compose(mail));
  CHECK(sink.messages()[1] == sink.messages()[0]);
  CHECK(sink.messages()[0].contains("Message-ID: " + message_id(mail) + "\r\n"));
  CHECK(sink.messages()[0].contains(crypto::base64(mail.text)));
  CHECK(sink.messages()[0].contains("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"));
}

TEST_CASE("mail: a refusal for good, a refusal for now and nobody there are told apart") {
  Mail mail = example();
  {
    Sink sink(1);
    mail.to = "x@refuse.example";
    CHECK(send(sink.server(), mail).error().outcome == SendError::Outcome::refused);
  }
  {
    Sink sink(1);
    mail.to = "x@later.example";
    const auto sent = send(sink.server(), mail);
    CHECK(sent.error().outcome == SendError::Outcome::not_done);
    CHECK(sent.error().fault == "");   // another mail may go through
  }
  SmtpServer gone;
  {
    Sink sink(0);
    gone = sink.server();
  }
  const auto sent = send(gone, mail);
  CHECK(sent.error().outcome == SendError::Outcome::not_done);
  CHECK(sent.error().fault == "not_reached");
}

TEST_CASE("mail: a connection that breaks after the text means unknown") {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::thread server([&] {
    auto socket = acceptor.accept();
    simulators::SmtpSession session([](std::string_view) { return true; });
    boost::system::error_code error;
    boost::asio::write(socket, boost::asio::buffer(session.greeting()), error);
    std::string replies;
    while (!error && !replies.starts_with("250 stored")) {
      boost::asio::write(socket, boost::asio::buffer(replies), error);
      char piece[512];
      const std::size_t size = socket.read_some(boost::asio::buffer(piece), error);
      replies = session.put({piece, size});
    }
  });
  const auto sent = send({.host = "127.0.0.1", .port = acceptor.local_endpoint().port()}, example());
  server.join();
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().outcome == SendError::Outcome::unknown);
  CHECK(sent.error().fault == "no_answer");
}

TEST_CASE("mail: a server that closes for now says so for every mail, one that refuses a recipient for one") {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::thread server([&] {
    auto socket = acceptor.accept();
    boost::asio::write(socket, boost::asio::buffer(std::string("421 closing for maintenance\r\n")));
  });
  const auto sent = send({.host = "127.0.0.1", .port = acceptor.local_endpoint().port()}, example());
  server.join();
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().outcome == SendError::Outcome::not_done);
  CHECK(sent.error().fault == "smtp_421");
  Sink sink(1);
  Mail mail = example();
  mail.to = "x@refuse.example";
  CHECK(send(sink.server(), mail).error().fault == "");
}

TEST_CASE("mail: foreign text cannot add a header or a recipient") {
  Mail mail = example();
  mail.subject = "x\r\nBcc: all@example.com";
  CHECK_FALSE(compose(mail).has_value());
  mail = example();
  mail.to_name = "x\nBcc: all@example.com";
  CHECK_FALSE(compose(mail).has_value());
  for (const char* address : {"a@b>\r\nRCPT TO:<c@d", "a b@example.com", "a@b@c", "@example.com", "a@", "a@-x", "a@x..y",
                              "ä@example.com"}) {
    CHECK_FALSE(is_address(address));
  }
  CHECK(is_address("a.b+c@sub.example.com"));
}

TEST_CASE("mail: a long subject in UTF-8 is split between characters and reads back whole") {
  Mail mail = example();
  mail.subject.clear();
  for (int i = 0; i < 60; ++i) mail.subject += "ä€😀";
  mail.subject.resize(9 * 50);   // whole groups of nine bytes
  const std::string bytes = *compose(mail);
  std::string decoded;
  const std::string_view begin = "=?UTF-8?B?";
  for (auto at = bytes.find(begin, bytes.find("Subject: ")); at != std::string::npos && at < bytes.find("Message-ID");
       at = bytes.find(begin, at + 1)) {
    const auto end = bytes.find("?=", at);
    CHECK(end + 2 - at <= 75);
    const std::string word = *crypto::from_base64(bytes.substr(at + begin.size(), end - at - begin.size()));
    CHECK((static_cast<unsigned char>(word[0]) & 0xC0) != 0x80);
    decoded += word;
  }
  CHECK(decoded == mail.subject);
}

}  // namespace
}  // namespace layerline::mail
