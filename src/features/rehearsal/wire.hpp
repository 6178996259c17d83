// A request to the simulated server and its answer: the rules of transport, the key, the procedure; no socket.
#pragma once

#include "features/rehearsal/procedure.hpp"
#include "features/rehearsal/world.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::rehearsal {

struct asked
{
    std::string method;
    std::string path;
    query_parameters query{};
    std::optional<std::string> key{}; ///< x-api-key
    std::optional<std::string> content_type{};
    std::string body{};
};

/// What becomes of the connection.
enum class delivery
{
    sent,
    never,  ///< nothing is answered
    dropped ///< it is closed
};

struct answer
{
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body{};
    delivery how = delivery::sent;
    std::vector<std::pair<std::string, std::string>> headers{};
};

class wire
{
public:
    explicit wire(world& serves);

    /// Answers as of the present of the world.
    answer respond(const asked& what);

    /// Every procedure, with what it takes.
    const std::map<std::string_view, procedure>& procedures() const { return procedures_; }

private:
    answer call(std::string_view name, const asked& what);
    answer carry_out(const procedure& p, const asked& what, const access_key& by);
    answer control(const asked& what);
    answer webhook(std::string_view token);

    world& world_;
    std::map<std::string_view, procedure> procedures_;
    std::map<std::string_view, std::vector<input>> inputs_;
};

} // namespace basekeeper::rehearsal
