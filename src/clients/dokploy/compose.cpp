// compose.create, .one, .update, .saveEnvironment, .delete, .move and .refreshToken of the API.
#include "clients/dokploy/compose.hpp"

#include <fmt/format.h>

namespace basekeeper::dokploy {
namespace {

struct environment_text
{
    std::string id;
    crypto::secret<> env;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &environment_text::id),
        json::required("env", &environment_text::env),
    };
};

struct removal
{
    std::string id;
    bool with_volumes = false;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &removal::id),
        json::required("deleteVolumes", &removal::with_volumes),
    };
};

struct move_request
{
    std::string id;
    std::string to;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &move_request::id),
        json::required("targetEnvironmentId", &move_request::to),
    };
};

result<> check_length(const std::optional<crypto::secret<>>& file)
{
    if (!file || file->reveal().size() <= most_compose_bytes)
        return {};
    return fail(
        condition::invalid_argument,
        fmt::format("a compose file of more than {} kB is one that Dokploy cannot deploy", most_compose_bytes >> 10U),
        "move long texts of it into mounted files"
    );
}

} // namespace

io::task<result<compose>> read_compose(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<compose>(on, query("compose.one", {{"composeId", id}}), until);
}

io::task<result<created<compose>>> create_compose(caller& on, new_compose what, io::deadline until)
{
    CO_TRY(check_length(what.file));
    creation how{
        .what = mutation("compose.create", what),
        .look =
            [&on, id = what.environment_id, name = what.name, until] { return services_named(on, id, name, until); },
        .named = fmt::format("a service named \"{}\" in the environment", what.name)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<compose>(std::move(made), "compose.create", [&on, until](std::string id) {
        return read_compose(on, std::move(id), until);
    });
}

io::task<result<compose>> update_compose(caller& on, compose_change to, io::deadline until)
{
    CO_TRY(check_length(to.file));
    co_return co_await fetch_row<compose>(on, mutation("compose.update", to), until);
}

io::task<result<>> save_environment(caller& on, std::string compose_id, crypto::secret<> env, io::deadline until)
{
    const environment_text body{.id = std::move(compose_id), .env = std::move(env)};
    co_return co_await carry_out(on, mutation("compose.saveEnvironment", body), until);
}

io::task<result<>> remove_compose(caller& on, std::string id, named_volumes volumes, io::deadline until)
{
    auto what =
        mutation("compose.delete", removal{.id = std::move(id), .with_volumes = volumes == named_volumes::removed});
    what.patience = std::chrono::minutes{3}; // containers are stopped meanwhile
    co_return co_await remove_row(on, std::move(what), until);
}

io::task<result<compose>> move_compose(caller& on, std::string id, std::string to_environment_id, io::deadline until)
{
    const move_request body{.id = std::move(id), .to = std::move(to_environment_id)};
    co_return co_await fetch_row<compose>(on, mutation("compose.move", body), until);
}

io::task<result<>> renew_webhook(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, mutation("compose.refreshToken", "composeId", id), until);
}

} // namespace basekeeper::dokploy
