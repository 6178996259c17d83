// secret<T>: a value that wipes itself from memory and that nothing prints by accident.
#pragma once

#include "base/result.hpp"
#include "crypto/bytes.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace basekeeper::crypto {

/// What a secret can hold: contiguous elements without pointers in them (string, vector, array).
template <class T>
concept wipeable = requires(T& value) {
    {
        value.data()
    };
    {
        value.size()
    };
    requires std::is_trivially_copyable_v<typename T::value_type>;
};

/// Holds a T that must not leak. The memory is wiped on destruction, before it is overwritten, and in whatever it was
/// moved from, with what lies between size and capacity and the inline buffer of a short string. There is no output
/// operator and no conversion: the value is seen through `reveal()` only, so every use can be searched for.
template <wipeable T = std::string>
class secret
{
public:
    secret() = default;

    /// Takes the value and wipes what is left of it in the caller's object.
    explicit secret(T&& value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value))
    {
        erase(value);
    }

    /// Lets `fill(T&)` write the value where it stays, so that no copy of it is ever elsewhere.
    template <class Fill>
    static secret filled_by(Fill&& fill)
    {
        secret made;
        std::forward<Fill>(fill)(made.value_);
        return made;
    }

    /// Copies; wiping the original stays the caller's work.
    explicit secret(const T& value) : value_(value) {}

    secret(const secret&) = default;

    secret(secret&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : secret(std::move(other.value_)) {}

    secret& operator=(const secret& other)
    {
        if (this != &other)
            *this = secret(other);
        return *this;
    }

    secret& operator=(secret&& other) noexcept(std::is_nothrow_move_assignable_v<T>)
    {
        if (this != &other) {
            erase(value_);
            value_ = std::move(other.value_);
            erase(other.value_);
        }
        return *this;
    }

    ~secret() { erase(value_); }

    /// The value itself. A copy of it is no longer protected.
    const T& reveal() const noexcept { return value_; }

    bool empty() const noexcept { return value_.size() == 0; }

    /// Compares in constant time for equal lengths.
    friend bool operator==(const secret& a, const secret& b) noexcept
    {
        return constant_time_equal(std::as_bytes(std::span(a.value_)), std::as_bytes(std::span(b.value_)));
    }

private:
    static void erase(T& value) noexcept
    {
        // Growing to the capacity allocates nothing and brings the rest of an older, longer value into reach.
        if constexpr (requires { value.resize(value.capacity()); })
            value.resize(value.capacity()); // NOLINT(clang-analyzer-cplusplus.Move): the remains are the subject
        wipe(std::as_writable_bytes(std::span(value)));
        if constexpr (requires { value.clear(); })
            value.clear();
    }

    T value_{};
};

/// A key of 256 bits: for AES-256-GCM, HMAC and HKDF.
using key256 = secret<std::array<std::byte, 32>>;

/// The key that these 32 bytes are; invalid_argument for any other length.
result<key256> key_from(std::span<const std::byte> bytes);

} // namespace basekeeper::crypto
