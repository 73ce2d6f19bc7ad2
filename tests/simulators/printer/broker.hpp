// The printer's own MQTT broker: a real mosquitto as a child process, which dies with the connection faults and with us.
#pragma once

#include <sys/types.h>

#include <string>

namespace layerline::simulator {

class Broker {
 public:
  Broker(std::string config_file, std::string pid_file) : config_file_(std::move(config_file)), pid_file_(std::move(pid_file)) {}
  ~Broker() { stop(); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void start();
  void stop();
  [[nodiscard]] bool running() const { return pid_ > 0; }
  // False if it exited by itself: its port was taken.
  [[nodiscard]] bool alive();

 private:
  std::string config_file_, pid_file_;
  pid_t pid_ = 0;
};

}  // namespace layerline::simulator
