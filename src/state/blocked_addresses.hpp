// Addresses that are not answered: by hand, or for a while after repeated failures.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

struct blocked_address
{
    std::string address;              ///< in the form that `access::address_of` gives
    std::optional<wall_time> until{}; ///< nothing: until it is removed
    std::string reason;               ///< for people; our own words
    wall_time created_at{};
};

/// The table in the state database, with a connection of its own. Blocking, one thread at a time: on the I/O thread it
/// is used through io::offload only. Other processes may change it at any time.
class blocked_address_table
{
public:
    /// Opens, and makes what is missing, as store::open does.
    static result<blocked_address_table> open(const std::filesystem::path& dir);

    blocked_address_table(blocked_address_table&&) noexcept;
    blocked_address_table& operator=(blocked_address_table&&) noexcept;
    ~blocked_address_table();

    /// Adds, or replaces what was there for that address.
    result<> put(const blocked_address& block);
    result<> remove(std::string_view address); ///< not_found when it is not blocked

    /// Those in force at `now`, by address; forgets the ones whose time is over.
    result<std::vector<blocked_address>> list(wall_time now);

private:
    struct opened;
    explicit blocked_address_table(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

} // namespace basekeeper::state
