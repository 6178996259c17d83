// Keeps the values of a label few, whatever comes in.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace basekeeper::metrics {

/// What stands in a label for a value that has no room of its own.
inline constexpr std::string_view other = "other";

/// The first `most` different names keep theirs, later ones become `other`.
class bounded_names
{
public:
    explicit bounded_names(std::size_t most) : most_(most) {}

    /// The view lives as long as this object.
    std::string_view admit(std::string_view name)
    {
        if (const auto known = names_.find(name); known != names_.end())
            return *known;
        if (names_.size() >= most_)
            return other;
        return *names_.emplace(name).first;
    }

private:
    std::size_t most_;
    std::set<std::string, std::less<>> names_;
};

} // namespace basekeeper::metrics
