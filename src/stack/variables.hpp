// What is known of the variables of a self-hosted stack: secret or not, needed or not, and the values everybody knows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace basekeeper::stack {

enum class variable_kind
{
    secret,     ///< never shown
    public_url, ///< how the stack or the application is reached from outside
    setting     ///< may be shown
};

enum class need
{
    required, ///< a stack without a value for it does not work
    optional
};

/// The length a value must have, in characters.
struct length_rule
{
    std::size_t least = 0;
    std::size_t most = 0; ///< 0: no limit
};

struct variable
{
    std::string_view name;
    variable_kind kind = variable_kind::setting;
    stack::need need = stack::need::optional;
    length_rule length{};
    std::string_view example{}; ///< the value of the published examples, which anybody can look up; empty: none
};

std::span<const variable> known_variables() noexcept;

/// Null for a name that no stack has.
const variable* known_variable(std::string_view name) noexcept;

/// Whether a service with this value starts: it has one, of the length that is insisted on.
bool has_good_length(const variable& v, std::string_view value) noexcept;

/// Whether data is stored encrypted under it, which nobody could read under another one.
bool encrypts_data(std::string_view name) noexcept;

/// Whether a name is known as that of a secret.
bool is_secret(std::string_view name) noexcept;

/// True when the value may be shown: the name is known and no secret. Made for `env_text::public_names`.
bool may_show(std::string_view name);

} // namespace basekeeper::stack
