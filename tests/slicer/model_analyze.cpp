// For developers: the JSON line of `layerline model analyze` for every file named on the command line.
#include <cstdio>

#include "workers/slicer/analyze.hpp"

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) std::puts(layerline::slicer::analyze_json(arguments[i]).c_str());
}
