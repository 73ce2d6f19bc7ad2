// A mail server that keeps everything: each accepted message becomes a file 000001.eml, 000002.eml, … in the folder.
//   mail_sink --folder DIR [--port N] [--port-file FILE]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "tests/simulators/mail/smtp_session.hpp"

namespace {

using boost::asio::ip::tcp;

// Whole or not at all: a reader never sees a half-written file.
bool write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path unfinished = path.string() + ".part";
  std::ofstream(unfinished, std::ios::binary) << bytes;
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  return !error;
}

void serve(tcp::socket socket, const std::filesystem::path& folder, std::atomic<int>& count) {
  layerline::simulators::SmtpSession session([&](std::string_view message) {
    char name[32];
    std::snprintf(name, sizeof name, "%06d.eml", ++count);
    return write_file(folder / name, message);
  });
  boost::system::error_code error;
  boost::asio::write(socket, boost::asio::buffer(session.greeting()), error);
  while (!error && !session.finished()) {
    char piece[8 * 1024];
    const std::size_t size = socket.read_some(boost::asio::buffer(piece), error);
    const std::string replies = session.put({piece, size});
    if (!error && !replies.empty()) boost::asio::write(socket, boost::asio::buffer(replies), error);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder;
  std::filesystem::path port_file;
  unsigned short port = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--folder") folder = argv[i + 1];
    if (name == "--port") port = static_cast<unsigned short>(std::atoi(argv[i + 1]));
    if (name == "--port-file") port_file = argv[i + 1];
  }
  if (folder.empty()) {
    std::fputs("usage: mail_sink --folder DIR [--port N] [--port-file FILE]\n", stderr);
    return 2;
  }
  std::filesystem::create_directories(folder);
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), port});
  const std::string chosen = std::to_string(acceptor.local_endpoint().port());
  if (!port_file.empty()) write_file(port_file, chosen + "\n");
  std::printf("mail_sink: listening on 127.0.0.1:%s, mails in %s\n", chosen.c_str(), folder.c_str());
  std::fflush(stdout);
  std::atomic<int> count = 0;   // goes on behind the mails of an earlier run
  for (const auto& mail : std::filesystem::directory_iterator(folder)) count += mail.path().extension() == ".eml";
  for (;;) std::thread([socket = acceptor.accept(), &folder, &count]() mutable { serve(std::move(socket), folder, count); }).detach();
}
