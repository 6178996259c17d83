// What stands before the simulated stacks: the proxy that knows hosts, and the seam behind which a stack answers.
#pragma once

#include "features/rehearsal/world.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::rehearsal {

struct front_request
{
    std::string method;
    std::string path;    ///< as sent, without the query
    std::string query{}; ///< as sent, without the question mark
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
};

struct front_answer
{
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
};

enum class part_state
{
    works,
    absent,   ///< no container runs
    unhealthy ///< it runs and does not answer
};

/// A stack at the moment of a request.
struct stack_view
{
    const stack_on_host& on_host;
    env_text::values variables{}; ///< of .env, with what the compose file sets by itself
    std::map<stack::role, part_state> parts{};
    /// The host by which the gateway reaches realtime, when realtime knows no tenant of that name; else empty.
    std::string unknown_realtime_host{};
    std::set<stack::role> without_key_set{}; ///< whose containers know JWT_SECRET alone
};

/// Answers for the gateway of a stack.
using stack_front = std::function<front_answer(const stack_view& of, const front_request& what)>;

/// Stands in where there is nothing behind the gateway.
front_answer nothing_behind(const stack_view& of, const front_request& what);

enum class entry
{
    plain,
    encrypted
};

/// As the proxy of Dokploy answers: 404 for a host that no deployment named, a redirect where https is asked for, 404
/// while the container starts, 502 when it does not answer, else what the stack says.
front_answer answer_for_host(const world& in, const stack_front& front, entry by, const front_request& what);

/// The hosts whose certificates the proxy has: those of deployed domains with https and a resolver.
std::vector<std::string> certified_hosts(const world& in);

stack_view view_of(const world& in, const stack_on_host& stack);

} // namespace basekeeper::rehearsal
