// The tables of domain/flows.hpp as the page domain/STATUS.md.
#pragma once

#include <string>

namespace layerline::test {

[[nodiscard]] std::string flows_page();

}  // namespace layerline::test
