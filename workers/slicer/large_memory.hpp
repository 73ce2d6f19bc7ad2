// Memory that is walked at random: with pages of 2 MiB the processor finds them without a walk of its page tables.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace layerline::slicer {

// Asks for large pages within [data, data + count). Before the memory is touched first; a hint, which may be ignored.
template <class T>
void prefer_large_pages(T* data, std::size_t count) {
  constexpr std::uintptr_t large_page_bytes = 2 << 20;
  const auto begin = (reinterpret_cast<std::uintptr_t>(data) + large_page_bytes - 1) & ~(large_page_bytes - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(data + count) & ~(large_page_bytes - 1);
  if (begin < end) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace layerline::slicer
