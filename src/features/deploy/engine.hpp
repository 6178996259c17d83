// What can be done with the Supabase stacks on Dokploy servers: asked by tools and commands, done as jobs.
#pragma once

#include "features/deploy/change.hpp"
#include "features/deploy/containers.hpp"
#include "features/deploy/health.hpp"
#include "features/deploy/history.hpp"
#include "features/deploy/logs.hpp"
#include "features/deploy/new_stack.hpp"
#include "features/deploy/targets.hpp"
#include "jobs/engine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy {

/// Which stack is meant.
struct stack_name
{
    std::string server; ///< empty: the only one
    std::string name;   ///< as `pick` takes it
};

/// A change that was thought out and not begun: what differs, and what restarts.
struct proposed_change
{
    change what;
    std::vector<difference> differences;
    touched_services touches;
    std::vector<std::string> also_deployed; ///< variables that somebody changed in Dokploy and never deployed
};

/// One stack in a list.
struct listed_stack
{
    std::string server;
    std::string name;
    std::string project;
    std::string environment;
    std::string status; ///< of the last deployment: idle, running, done, error
    std::string url;
    std::string health; ///< `13 of 13 healthy`; empty when it is not known

    static constexpr auto fields = std::tuple{
        json::required("server", &listed_stack::server),
        json::required("name", &listed_stack::name),
        json::required("project", &listed_stack::project),
        json::required("environment", &listed_stack::environment),
        json::required("status", &listed_stack::status),
        json::optional("url", &listed_stack::url),
        json::optional("health", &listed_stack::health),
    };
};

struct stack_list
{
    std::vector<listed_stack> stacks;
    std::vector<std::string> unreachable; ///< servers that did not answer, and why

    static constexpr auto fields = std::tuple{
        json::required("stacks", &stack_list::stacks),
        json::required("unreachable", &stack_list::unreachable),
    };
};

/// One finding of a validation.
struct reported_finding
{
    std::string id;
    stack::severity severity = stack::severity::warning;
    std::string subject;
    std::string message;
    std::string evidence; ///< masked
    std::string fix;      ///< the command, or what to do by hand

    static constexpr auto fields = std::tuple{
        json::required("id", &reported_finding::id),
        json::required("severity", &reported_finding::severity),
        json::required("subject", &reported_finding::subject),
        json::required("message", &reported_finding::message),
        json::required("evidence", &reported_finding::evidence),
        json::required("fix", &reported_finding::fix),
    };
};

/// How a stack is: what its configuration says, and what asking it says.
struct validation
{
    std::string server;
    std::string name;
    std::string verdict; ///< `healthy`, `works, with warnings`, `broken`
    std::vector<reported_finding> findings;
    std::vector<examined> live;

    static constexpr auto fields = std::tuple{
        json::required("server", &validation::server),
        json::required("name", &validation::name),
        json::required("verdict", &validation::verdict),
        json::required("findings", &validation::findings),
        json::required("live", &validation::live),
    };
};

/// A domain of a stack as Dokploy has it, and whether DNS leads there.
struct reported_domain
{
    std::string host;
    std::string service;
    std::int64_t port = 0;
    bool https = false;
    std::string certificate;
    std::string dns; ///< `leads here`, or what is wrong

    static constexpr auto fields = std::tuple{
        json::required("host", &reported_domain::host),
        json::required("service", &reported_domain::service),
        json::required("port", &reported_domain::port),
        json::required("https", &reported_domain::https),
        json::required("certificate", &reported_domain::certificate),
        json::required("dns", &reported_domain::dns),
    };
};

/// One setup that was kept.
struct kept_setup
{
    std::string id;
    std::string at; ///< RFC 3339
    std::string reason;
    std::string by;

    static constexpr auto fields = std::tuple{
        json::required("id", &kept_setup::id),
        json::required("at", &kept_setup::at),
        json::required("reason", &kept_setup::reason),
        json::required("by", &kept_setup::by),
    };
};

/// Which lines of the logs of a stack.
struct log_question
{
    log_filter which;
    std::uint32_t newest = 200;       ///< lines that pass, from the end
    std::size_t most_bytes = 131'072; ///< of their texts
};

struct shown_line
{
    std::string time;
    std::string service;
    log_level level = log_level::info;
    std::string text;

    static constexpr auto fields = std::tuple{
        json::required("time", &shown_line::time),
        json::required("service", &shown_line::service),
        json::required("level", &shown_line::level),
        json::required("text", &shown_line::text),
    };
};

struct log_page
{
    std::vector<shown_line> lines;    ///< the earliest first
    bool older_left = false;          ///< there are more before them
    std::vector<std::string> missing; ///< services whose log could not be read, and why
    std::string next;

    static constexpr auto fields = std::tuple{
        json::required("lines", &log_page::lines),
        json::required("older_left", &log_page::older_left),
        json::required("missing", &log_page::missing),
        json::optional("next", &log_page::next),
    };
};

/// What a server said of itself and of the owner of the key.
struct tried_server
{
    std::string url; ///< without what stood behind the host
    std::string version;
    std::string role;
    bool may_deploy = false;
};

/// What an export came to.
struct exported_logs
{
    std::uint64_t lines = 0;
    bool cut = false;                 ///< a container had said more than can be read of it
    std::vector<std::string> missing; ///< services whose log could not be read, and why
};

/// Whether a validation also asks the running stack.
enum class looks
{
    at_configuration, ///< and at what its containers run with
    at_everything
};

/// Lives on the I/O thread; what it is made with must outlive it.
class engine
{
public:
    engine(workshop with, jobs::engine& work, history& kept);

    servers& on() { return with_.on; }

    jobs::engine& jobs() { return work_; }

    /// Whether a server that is not configured yet can be worked with. Fails as `connect`.
    io::task<result<tried_server>> try_server(std::string name, config::dokploy_settings how, io::deadline until);

    /// All Supabase stacks on one server or all of them.
    io::task<result<stack_list>> list(std::string server, io::deadline until);

    // A new stack.

    /// Talks with a mail server without sending anything; returns what it offers in words. Fails with the argument's
    /// name in front: for the placeholders of templates, and for an account that it does not take.
    io::task<result<std::string>> check_mail(stack::smtp_settings with, io::deadline until);

    /// All that can be found out before, and what it would become; makes nothing.
    io::task<result<deployment_review>> review(stack_request what, io::deadline until);

    /// Begins the job, unless `review` would fail: then there is none.
    io::task<result<jobs::view>> deploy(stack_request what, std::string principal, io::deadline until);

    /// A request for a copy of this stack as it is now, on the same machine, with secrets and a domain of its own and
    /// without its data.
    io::task<result<stack_request>>
    like(stack_name which, std::string new_name, std::string domain, io::deadline until);

    // A stack that is there.

    io::task<result<validation>> validate(stack_name which, looks how, io::deadline until);
    io::task<result<proposed_change>> propose_keys(stack_name which, jwt_secret secret, io::deadline until);
    io::task<result<proposed_change>> propose_variables(stack_name which, variable_changes what, io::deadline until);
    io::task<result<proposed_change>> propose_domain(stack_name which, domain_wish what, io::deadline until);
    io::task<result<proposed_change>> propose_domain_removal(stack_name which, std::string host, io::deadline until);

    /// Back to a setup that was kept; `id` empty: the newest that differs from what is there.
    io::task<result<proposed_change>> propose_rollback(stack_name which, std::string id, io::deadline until);

    /// Begins the job.
    io::task<result<jobs::view>> begin(change what, std::string principal);

    /// The newest lines, without secrets of the stack.
    io::task<result<log_page>> logs(stack_name which, log_question what, io::deadline until);

    /// All lines that pass, one `TIME SERVICE TEXT` a line, into a file that is made.
    io::task<result<exported_logs>>
    export_logs(stack_name which, log_filter what, std::filesystem::path to, io::deadline until);

    /// While Dokploy does not answer: what was seen last, then `unknown`. Fails for a stack that is not there.
    io::task<result<health_report>> health(stack_name which, io::deadline until);

    io::task<result<std::vector<reported_domain>>> domains(stack_name which, io::deadline until);
    io::task<result<std::vector<kept_setup>>> kept(stack_name which, io::deadline until);

private:
    struct found;
    io::task<result<found>> find(stack_name which, io::deadline until);
    io::task<result<proposed_change>> proposed(found in, std::string reason, setup after, io::deadline until);
    io::task<> list_on(server& on, stack_list& into, io::deadline until);

    workshop with_;
    io::task<result<health_report>> look(stack_name which, io::deadline until);

    jobs::engine& work_;
    history& kept_;
    health_memory seen_;
};

} // namespace basekeeper::deploy
