#include "tests/simulators/printer/broker.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace layerline::simulator {

void Broker::start() {
  if (running()) return;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execlp("mosquitto", "mosquitto", "-c", config_file_.c_str(), nullptr);
    ::_exit(127);
  }
  std::ofstream(pid_file_) << pid_ << '\n';
}

void Broker::stop() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

bool Broker::alive() {
  if (!running() || ::waitpid(pid_, nullptr, WNOHANG) != pid_) return running();
  pid_ = 0;
  return false;
}

}  // namespace layerline::simulator
