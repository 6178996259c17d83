// A new Supabase on a Dokploy as a job: from wishes to a stack that is proven to work, step by step.
#pragma once

#include "base/clock.hpp"
#include "clients/dokploy/projects.hpp"
#include "features/deploy/examination.hpp"
#include "features/deploy/servers.hpp"
#include "features/deploy/setup.hpp"
#include "features/deploy/stacks.hpp"
#include "instances/directory.hpp"
#include "jobs/ledger.hpp"
#include "jobs/recipe.hpp"
#include "stack/plan.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy {

inline constexpr std::string_view new_stack_kind = "dokploy_deploy";

/// What the person decides of a new stack.
struct stack_request
{
    std::string server{}; ///< empty: the only one that is configured
    std::string name{};   ///< as `stack::check_name` wants it
    std::string domain{};
    std::string project{};                ///< empty: as `name`; made when it is not there
    std::string environment{};            ///< empty: production
    std::string site_url{};               ///< of the application; empty: the domain
    std::vector<std::string> versions{};  ///< `SERVICE=TAG`
    std::vector<std::string> variables{}; ///< `NAME=VALUE`; may be secret
    std::string like{};                   ///< id of a service of the server to be copied; empty: the template
    std::string remote_server_id{};       ///< of Dokploy; empty: the machine of Dokploy itself
    std::optional<stack::smtp_settings> smtp{};
};

/// What the request would come to, with everything secret masked: the review before anything is made.
struct deployment_review
{
    std::string server;
    std::string project;
    std::string environment;
    std::string name;
    std::string url;
    std::string smtp; ///< `smtp.example.com:587 as apikey`, or why no mail is sent
    std::vector<std::string> images;
    std::vector<std::string> notes;     ///< what was mended of the template and what is to be known
    std::vector<std::string> variables; ///< `NAME=value`, secrets masked

    static constexpr auto fields = std::tuple{
        json::required("server", &deployment_review::server),
        json::required("project", &deployment_review::project),
        json::required("environment", &deployment_review::environment),
        json::required("name", &deployment_review::name),
        json::required("url", &deployment_review::url),
        json::required("smtp", &deployment_review::smtp),
        json::required("images", &deployment_review::images),
        json::required("notes", &deployment_review::notes),
        json::required("variables", &deployment_review::variables),
    };
};

/// What all pieces of work on stacks use. References outlive them.
struct workshop
{
    servers& on;
    instances::directory& known;
    io::offload_pool& threads;
    const clock& time;
};

/// A stack as an instance of this program.
struct instance_place
{
    std::string name;
    std::string server;
    std::string compose_id;
};

/// Keeps URL and API keys of a stack for the tools that work on instances. Fails as `instances::directory::remember`.
io::task<result<>> remember_instance(workshop with, instance_place at, const setup& of);

/// The same when it is known already as this stack; nothing otherwise.
io::task<result<>> renew_instance(workshop with, instance_place at, const setup& of);

/// Talks with a mail server without sending anything; returns in words what it offers. The argument's name stands in
/// front of failures.
io::task<result<std::string>> talk_to_mail_server(workshop with, stack::smtp_settings account, io::deadline until);

/// `examine` of what is there at the moment.
io::task<std::vector<examined>> examine_with(workshop with, server& on, setup of, io::deadline until);

/// Versions and variables by themselves. Fails with the argument's name in front.
result<> check_wishes(const stack_request& what);

/// Everything that can be found out before anything is made: the server answers and is new enough, the key may, name
/// and domain are free, DNS leads there, a certificate can be had, the mail server takes the account. Fails with the
/// argument's name in front. Returns what is to be known all the same.
io::task<result<std::vector<std::string>>> check_request(workshop with, stack_request what, io::deadline until);

/// Fails with conflict when another service than `own_id` has a domain of that host. Asks 20 services at most, one call
/// each; returns a note when there are more.
io::task<result<std::string>> check_domain_is_free(
    server& on, const std::vector<placed_service>& all, std::string own_id, std::string host, io::deadline until
);

/// Reads the template, or the stack that is to be copied, and plans the stack with new secrets.
io::task<result<stack::stack_plan>> plan_request(workshop with, const stack_request& what, io::deadline until);

deployment_review review_of(const stack_request& what, const stack::stack_plan& plan, std::string_view server);

/// The job's own copy of a request; passwords and variables are kept among its secrets.
jobs::sealed_part sealed_request(const stack_request& what);

/// The steps of the kind `new_stack_kind`.
jobs::recipe new_stack_recipe(workshop with);

} // namespace basekeeper::deploy
