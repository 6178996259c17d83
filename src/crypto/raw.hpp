// Addresses of bytes as the unsigned char that C libraries take; included by the sources of this module only.
#pragma once

#include <cstddef>

namespace basekeeper::crypto {

inline const unsigned char* raw(const std::byte* p) noexcept
{
    return reinterpret_cast<const unsigned char*>(p);
}

inline unsigned char* raw(std::byte* p) noexcept
{
    return reinterpret_cast<unsigned char*>(p);
}

} // namespace basekeeper::crypto
