// What the tools that change a stack have in common: shown first, begun as a job, followed within the call.
#pragma once

#include "features/deploy/tools/tools.hpp"
#include "jobs/report.hpp"
#include "mcp/call.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy::tools {

/// What a change does, or did. `job` is left out of a dry run.
struct change_result
{
    std::vector<difference> differences;
    std::vector<std::string> restarts; ///< services whose containers are made anew or restarted
    std::optional<jobs::report> job;
    std::string next;

    static constexpr auto fields = std::tuple{
        json::required("differences", &change_result::differences),
        json::required("restarts", &change_result::restarts),
        json::optional("job", &change_result::job),
        json::required("next", &change_result::next),
    };
};

/// Its members are told in docs/dokploy.md and not in the list of tools.
template <class T>
struct untold
{
    T value;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const { json::encode(out, value); }
};

/// Whether a change is made or only shown.
enum class manner
{
    apply,
    dry_run
};

/// Shows the change, or begins it as a job and follows that. A change that fails is taken back by its job, so that the
/// stack is as it was; then this fails with why.
io::task<result<untold<change_result>>> carry_out(services s, proposed_change what, manner how, mcp::call& c);

/// Fails with denied when the caller may not do this to the stack of that name.
result<> check_reach(const services& s, mcp::call& c, mcp::effect what, std::string_view name);

/// The last part of `PROJECT/ENVIRONMENT/NAME`: the name of the instance.
std::string_view instance_of(std::string_view name);

} // namespace basekeeper::deploy::tools
