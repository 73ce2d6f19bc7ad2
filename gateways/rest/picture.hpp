// What an uploaded picture is, by its bytes and not by what its sender calls it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace layerline::rest {

// "image/jpeg" or "image/png"; empty: neither. The first `picture_head_bytes` say it.
[[nodiscard]] std::string_view picture_type(std::string_view head);

inline constexpr std::size_t picture_head_bytes = 16;

// The same of a stored file; it is read.
[[nodiscard]] std::string_view picture_type_of(const std::filesystem::path& path);

}  // namespace layerline::rest
