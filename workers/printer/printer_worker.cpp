#include "workers/printer/printer_worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <thread>
#include <utility>

#include "infra/ftps/upload.hpp"
#include "infra/mqtt/client.hpp"
#include "workers/printer/bambu_session.hpp"
#include "workers/printer/limits.hpp"

namespace layerline::printer {
namespace {

namespace asio = boost::asio;

// Unix milliseconds that a step of the wall clock does not move.
class SteadyUnixClock {
 public:
  [[nodiscard]] std::int64_t now_ms() const {
    const auto since = std::chrono::steady_clock::now() - steady_start_;
    return unix_start_ms_ + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  }

 private:
  std::chrono::steady_clock::time_point steady_start_ = std::chrono::steady_clock::now();
  std::int64_t unix_start_ms_ =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
};

std::uint64_t random_seed() { return std::random_device{}(); }

struct UploadResult {
  bool uploaded = false;
  std::string reason;
};

// Runs on an upload thread.
UploadResult upload_with_retries(const ftps::Upload& upload, const std::atomic<bool>& abort) {
  for (int attempt = 1;; ++attempt) {
    const auto result = ftps::upload(upload, abort);
    if (result) return {.uploaded = true, .reason = ""};
    if (attempt == limits::upload_attempts || !result.error().retryable() || abort) return {false, ftps::describe(result.error().error)};
  }
}

}  // namespace

// Everything but the upload itself lives on the Asio thread.
class PrinterConnections::Shell {
 public:
  Shell(std::function<void(const Observation&)> on_observation, std::function<void(const Telemetry&)> on_telemetry)
      : on_observation_(std::move(on_observation)), on_telemetry_(std::move(on_telemetry)) {
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Shell();

  void add(PrinterConfig config, const std::optional<RunningAttempt>& belief);
  void remove(const std::string& id);
  void start_print(const PrintRequest& request);
  void stop_print(const std::string& id);
  void believe(const std::string& id, const std::optional<RunningAttempt>& belief);

  template <class Call>
  void post(Call call) {
    asio::post(io_, std::move(call));
  }

 private:
  struct Printer {
    Printer(asio::io_context& io, PrinterConfig printer_config, std::uint64_t seed)
        : config(std::move(printer_config)),
          session({config.id, config.serial, config.session, seed, config.url_scheme}),
          ticker(io) {}

    PrinterConfig config;
    BambuSession session;
    asio::steady_timer ticker;
    std::unique_ptr<mqtt::Client> client;
    std::shared_ptr<std::atomic<bool>> abort_upload;
    std::int64_t telemetry_ms = 0;      // of the last sample
    std::uint64_t generation = 0;       // of the printer's entry: a late upload result finds the one that asked
  };

  void perform(Printer& printer, const Actions& actions);
  void tick(Printer& printer);
  void sample(Printer& printer);
  void connect(Printer& printer);
  void closed(Printer& printer, mqtt::CloseReason reason);
  void upload(Printer& printer, const PrintRequest& request);
  void uploaded(Printer& printer, const std::string& attempt, const UploadResult& result);
  Printer* find(const std::string& id);

  std::function<void(const Observation&)> on_observation_;
  std::function<void(const Telemetry&)> on_telemetry_;
  SteadyUnixClock clock_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::thread_pool uploads_{limits::uploads_at_once};
  std::map<std::string, std::unique_ptr<Printer>> printers_;
  std::uint64_t generations_ = 0;
  std::thread thread_;
};

PrinterConnections::Shell::~Shell() {
  post([this] {
    on_observation_ = [](const Observation&) {};
    on_telemetry_ = [](const Telemetry&) {};
    while (!printers_.empty()) remove(printers_.begin()->first);
    work_.reset();
    io_.stop();
  });
  thread_.join();
  uploads_.join();   // aborted above; each looks at its flag about once a second
}

PrinterConnections::Shell::Printer* PrinterConnections::Shell::find(const std::string& id) {
  const auto found = printers_.find(id);
  return found == printers_.end() ? nullptr : found->second.get();
}

void PrinterConnections::Shell::add(PrinterConfig config, const std::optional<RunningAttempt>& belief) {
  remove(config.id);
  const std::string id = config.id;
  auto& printer = printers_[id] = std::make_unique<Printer>(io_, std::move(config), random_seed());
  printer->generation = ++generations_;
  perform(*printer, printer->session.believe(belief, clock_.now_ms()));
  tick(*printer);
}

void PrinterConnections::Shell::remove(const std::string& id) {
  if (Printer* printer = find(id); printer != nullptr && printer->abort_upload) *printer->abort_upload = true;
  printers_.erase(id);
}

void PrinterConnections::Shell::start_print(const PrintRequest& request) {
  if (Printer* printer = find(request.printer)) return perform(*printer, printer->session.start(request, clock_.now_ms()));
  FailedToStart failure{StartFailure::not_ready, "the printer is not configured"};
  on_observation_({request.printer, 0, 0, request.attempt, clock_.now_ms(), std::move(failure)});
}

void PrinterConnections::Shell::stop_print(const std::string& id) {
  if (Printer* printer = find(id)) perform(*printer, printer->session.stop(clock_.now_ms()));
}

void PrinterConnections::Shell::believe(const std::string& id, const std::optional<RunningAttempt>& belief) {
  if (Printer* printer = find(id)) perform(*printer, printer->session.believe(belief, clock_.now_ms()));
}

void PrinterConnections::Shell::perform(Printer& printer, const Actions& actions) {
  struct Perform {
    Shell& shell;
    Printer& printer;
    void operator()(const Connect&) const { shell.connect(printer); }
    void operator()(const CloseConnection&) const { printer.client.reset(); }
    void operator()(const Subscribe& action) const { if (printer.client) printer.client->subscribe(action.topic); }
    void operator()(const Publish& action) const { if (printer.client) printer.client->publish(action.topic, action.payload); }
    void operator()(const Upload& action) const { shell.upload(printer, action.request); }
    void operator()(const AbortUpload&) const { if (printer.abort_upload) *printer.abort_upload = true; }
    void operator()(const Observe& action) const { shell.on_observation_(action.observation); }
  };
  for (const Action& action : actions) std::visit(Perform{*this, printer}, action);
}

void PrinterConnections::Shell::tick(Printer& printer) {
  perform(printer, printer.session.tick(clock_.now_ms()));
  printer.ticker.expires_after(std::chrono::milliseconds(limits::tick_ms));
  printer.ticker.async_wait([this, id = printer.config.id, generation = printer.generation](const boost::system::error_code& error) {
    Printer* same = error ? nullptr : find(id);   // an expired wait may still be queued when its printer goes
    if (same != nullptr && same->generation == generation) tick(*same);
  });
}

void PrinterConnections::Shell::sample(Printer& printer) {
  const std::int64_t now_ms = clock_.now_ms();
  if (!printer.session.status().full_seen || now_ms - printer.telemetry_ms < limits::telemetry_every_ms) return;
  printer.telemetry_ms = now_ms;
  on_telemetry_(telemetry_of(printer.config.id, printer.session.status(), now_ms));
}

void PrinterConnections::Shell::connect(Printer& printer) {
  mqtt::Endpoint endpoint{.host = printer.config.host,
                          .port = printer.config.mqtt_port,
                          .client_id = fmt::format("layerline-{}-{:08x}", printer.config.serial, random_seed()),
                          .username = "bblp",
                          .password = printer.config.access_code.reveal(),
                          .common_name = printer.config.serial,
                          .pin = printer.config.pin};
  mqtt::Handlers handlers;
  handlers.on_connected = [this, &printer](const std::string& pin) {
    printer.config.pin = pin;   // trusted on first use, required ever after
    perform(printer, printer.session.connected(clock_.now_ms(), pin));
  };
  handlers.on_message = [this, &printer](std::string_view, std::string_view payload, bool retained) {
    perform(printer, printer.session.message(payload, retained, clock_.now_ms()));
    sample(printer);
  };
  handlers.on_closed = [this, &printer](mqtt::CloseReason reason) { closed(printer, reason); };
  printer.client = std::make_unique<mqtt::Client>(io_, std::move(endpoint), std::move(handlers));
}

void PrinterConnections::Shell::closed(Printer& printer, mqtt::CloseReason reason) {
  const std::int64_t now_ms = clock_.now_ms();
  printer.client.reset();
  switch (reason) {
    case mqtt::CloseReason::unreachable: return perform(printer, printer.session.connect_failed(ConnectFailure::unreachable, now_ms));
    case mqtt::CloseReason::refused_credentials:
      return perform(printer, printer.session.connect_failed(ConnectFailure::refused_credentials, now_ms));
    case mqtt::CloseReason::certificate_mismatch:
      return perform(printer, printer.session.connect_failed(ConnectFailure::certificate_mismatch, now_ms));
    case mqtt::CloseReason::lost: return perform(printer, printer.session.disconnected(now_ms));
  }
}

void PrinterConnections::Shell::upload(Printer& printer, const PrintRequest& request) {
  std::error_code no_size;   // an unreadable file is the upload's to report
  const std::uintmax_t bytes = std::filesystem::file_size(request.file_path, no_size);
  const std::int64_t slowest_ms = no_size ? 0 : static_cast<std::int64_t>(bytes) * 1000 / limits::upload_slowest_bytes_per_s;
  ftps::Upload job{.host = printer.config.host,
                   .port = printer.config.ftps_port,
                   .username = "bblp",
                   .password = printer.config.access_code.reveal(),
                   .pin = printer.config.pin.value_or(""),
                   .file_path = request.file_path,
                   .remote_name = request.remote_name,
                   .deadline_ms = std::max(limits::upload_shortest_deadline_ms, slowest_ms),
                   .no_progress_ms = limits::upload_no_progress_ms};
  auto abort = printer.abort_upload = std::make_shared<std::atomic<bool>>(false);
  const std::uint64_t generation = printer.generation;
  asio::post(uploads_, [this, job = std::move(job), abort, id = request.printer, generation, attempt = request.attempt] {
    const UploadResult result = upload_with_retries(job, *abort);
    post([this, result, id, generation, attempt] {
      Printer* asker = find(id);
      if (asker != nullptr && asker->generation == generation) uploaded(*asker, attempt, result);
    });
  });
}

void PrinterConnections::Shell::uploaded(Printer& printer, const std::string& attempt, const UploadResult& result) {
  const std::int64_t now_ms = clock_.now_ms();
  perform(printer, result.uploaded ? printer.session.upload_finished(attempt, now_ms)
                                   : printer.session.upload_failed(attempt, result.reason, now_ms));
}

PrinterConnections::PrinterConnections(std::function<void(const Observation&)> on_observation,
                                       std::function<void(const Telemetry&)> on_telemetry)
    : shell_(std::make_unique<Shell>(std::move(on_observation), std::move(on_telemetry))) {}

PrinterConnections::~PrinterConnections() = default;

void PrinterConnections::add(PrinterConfig config, std::optional<RunningAttempt> belief) {
  shell_->post([shell = shell_.get(), config = std::move(config), belief = std::move(belief)] { shell->add(config, belief); });
}

void PrinterConnections::remove(std::string id) {
  shell_->post([shell = shell_.get(), id = std::move(id)] { shell->remove(id); });
}

void PrinterConnections::start_print(PrintRequest request) {
  shell_->post([shell = shell_.get(), request = std::move(request)] { shell->start_print(request); });
}

void PrinterConnections::stop_print(std::string id) {
  shell_->post([shell = shell_.get(), id = std::move(id)] { shell->stop_print(id); });
}

void PrinterConnections::believe(std::string id, std::optional<RunningAttempt> belief) {
  shell_->post([shell = shell_.get(), id = std::move(id), belief = std::move(belief)] { shell->believe(id, belief); });
}

}  // namespace layerline::printer
