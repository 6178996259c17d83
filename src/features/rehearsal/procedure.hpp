// A procedure of the simulated API: what it takes, who may call it, what it does to the world.
#pragma once

#include "clients/dokploy/version.hpp"
#include "features/rehearsal/inputs.hpp"
#include "features/rehearsal/keys.hpp"

#include <boost/json/value.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::rehearsal {

struct world;

/// An answer that is an error, with the words of Dokploy.
struct refusal
{
    unsigned status = 500;
    std::string code = "INTERNAL_SERVER_ERROR";
    std::string message;
};

/// The value that is answered; nothing for a procedure that returns nothing: an empty body.
using outcome = std::expected<std::optional<boost::json::value>, refusal>;

inline outcome nothing()
{
    return std::nullopt;
}

/// A bare text.
inline outcome bare(std::string_view text)
{
    return boost::json::value(text);
}

inline std::unexpected<refusal> not_found(std::string message)
{
    return std::unexpected(refusal{404, "NOT_FOUND", std::move(message)});
}

inline std::unexpected<refusal> bad_request(std::string message)
{
    return std::unexpected(refusal{400, "BAD_REQUEST", std::move(message)});
}

inline std::unexpected<refusal> no_permission(std::string message)
{
    return std::unexpected(refusal{401, "UNAUTHORIZED", std::move(message)});
}

/// What is thrown inside Dokploy comes out as this.
inline std::unexpected<refusal> thrown(std::string message)
{
    return std::unexpected(refusal{500, "INTERNAL_SERVER_ERROR", std::move(message)});
}

/// A call whose input was read.
struct incoming
{
    world& on;
    const row& input;
    const access_key& by;

    std::string text(std::string_view name) const { return text_of(input, name); }

    bool has(std::string_view name) const { return input.contains(name); }
};

enum class procedure_kind
{
    query,
    mutation
};

/// Who may call it.
enum class audience
{
    everyone, ///< of the organisation
    managers  ///< owners and admins; members only for what was given to them, which here is nothing
};

struct procedure
{
    std::string_view name;
    procedure_kind kind = procedure_kind::query;
    std::string_view inputs; ///< as `parse_inputs` takes it
    outcome (*work)(incoming& what) = nullptr;
    audience who = audience::managers;
    dokploy::version since{0, 25, 0}; ///< older ones answer that there is none
};

/// All, by subject.
std::vector<procedure> settings_procedures();
std::vector<procedure> user_procedures();
std::vector<procedure> project_procedures();
std::vector<procedure> environment_procedures();
std::vector<procedure> compose_procedures();
std::vector<procedure> compose_lifecycle_procedures();
std::vector<procedure> compose_view_procedures();
std::vector<procedure> template_procedures();
std::vector<procedure> domain_procedures();
std::vector<procedure> mount_procedures();
std::vector<procedure> deployment_procedures();
std::vector<procedure> docker_procedures();
std::vector<procedure> schedule_procedures();
std::vector<procedure> backup_procedures();

} // namespace basekeeper::rehearsal
