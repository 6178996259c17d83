// Scopes: what a credential may do, in which tool group, on which instance.
#pragma once

#include "base/result.hpp"
#include "mcp/call.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::access {

/// `group:read`, `group:write` or `group:destroy`, each with the ones before it; the group `*` is every group;
/// `@instance` behind it limits it to one instance.
struct scope
{
    std::string group; ///< a tool group, or `*`
    mcp::effect upto = mcp::effect::reads;
    std::string instance{}; ///< empty: all

    friend auto operator<=>(const scope&, const scope&) = default;
};

/// As `parse_scope` reads it.
std::string to_text(const scope& s);

/// Strict, for what a person wrote: invalid_argument names what is wrong and what is allowed. `groups` are the tool
/// groups that exist; empty: any name.
result<scope> parse_scope(std::string_view text, std::span<const std::string> groups);

/// For what a token or the store says, separated by blanks: what is no scope of ours, such as `openid`, is left out.
std::vector<scope> known_scopes(std::string_view text);

/// `to_text` of all, separated by one blank; sorted, each once.
std::string join(std::vector<scope> scopes);

/// The rights that some scopes give.
class granted_scopes final : public mcp::authority
{
public:
    explicit granted_scopes(std::vector<scope> scopes);

    bool allows(std::string_view group, mcp::effect what, std::string_view instance) const override;

    std::string_view key() const override { return key_; }

private:
    std::vector<scope> scopes_;
    std::string key_;
};

} // namespace basekeeper::access
