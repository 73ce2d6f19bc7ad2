// draw_flows > domain/STATUS.md
#include <fmt/format.h>

#include "tests/domain/flows_page.hpp"

int main() { fmt::print("{}", layerline::test::flows_page()); }
