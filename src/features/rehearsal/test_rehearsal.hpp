// A simulated server for tests, without a network and with a clock that is moved by hand.
#pragma once

#include "features/rehearsal/wire.hpp"
#include "json/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace basekeeper::rehearsal::test {

struct rehearsed
{
    explicit rehearsed(world_settings how = {})
        : inside(std::move(how), wall_time{std::chrono::seconds{1'800'000'000}}), through(inside)
    {
        key = inside.keys.all().front().text;
    }

    answer raw(const asked& what) { return through.respond(what); }

    answer get(const std::string& procedure, query_parameters query = {})
    {
        return raw({.method = "GET", .path = "/api/" + procedure, .query = std::move(query), .key = key});
    }

    answer post(const std::string& procedure, std::string body)
    {
        return raw({
            .method = "POST",
            .path = "/api/" + procedure,
            .key = key,
            .content_type = "application/json",
            .body = std::move(body),
        });
    }

    /// The object that was answered; a failure otherwise.
    static row json(const answer& came)
    {
        EXPECT_EQ(came.status, 200U) << came.body;
        auto parsed = basekeeper::json::read(came.body);
        EXPECT_TRUE(parsed && parsed->is_object()) << came.body;
        return parsed && parsed->is_object() ? parsed->get_object() : row{};
    }

    static boost::json::array list(const answer& came)
    {
        EXPECT_EQ(came.status, 200U) << came.body;
        auto parsed = basekeeper::json::read(came.body);
        EXPECT_TRUE(parsed && parsed->is_array()) << came.body;
        return parsed && parsed->is_array() ? parsed->get_array() : boost::json::array{};
    }

    void pass(std::chrono::microseconds time) { inside.advance(inside.now + time); }

    std::string member_key() const { return inside.keys.all().back().text; }

    /// The id of the default environment of a new project.
    std::string environment()
    {
        const auto made = json(post("project.create", R"({"name":"shop"})"));
        return text_of(made.at("environment").as_object(), "environmentId");
    }

    static std::string body(const row& members) { return basekeeper::json::to_text(members); }

    /// A service of two containers; its id.
    std::string compose(const std::string& name, std::string file = two_services)
    {
        const auto made = json(post(
            "compose.create",
            body({{"name", name}, {"environmentId", environment()}, {"sourceType", "raw"}, {"composeFile", file}})
        ));
        return text_of(made, "composeId");
    }

    /// The template of Supabase as a service; its id.
    std::string supabase()
    {
        return text_of(
            json(post("compose.deployTemplate", body({{"environmentId", environment()}, {"id", "supabase"}}))),
            "composeId"
        );
    }

    void deploy(const std::string& id, const std::string& title = "first")
    {
        EXPECT_EQ(post("compose.deploy", body({{"composeId", id}, {"title", title}})).status, 200U);
    }

    std::string app_name(const std::string& id) { return text_of(*inside.composes.find(id), "appName"); }

    std::string compose_status(const std::string& id) { return text_of(*inside.composes.find(id), "composeStatus"); }

    /// The status text of a container of a service.
    std::string status_of(const std::string& id, const std::string& service)
    {
        for (const auto& one :
             list(get("docker.getContainersByAppNameMatch", {{"appName", app_name(id)}, {"appType", "docker-compose"}})
             ))
            if (text_of(one.as_object(), "name") == app_name(id) + "-" + service + "-1")
                return text_of(one.as_object(), "status");
        return "none";
    }

    /// The log of the newest deployment.
    std::string log_of(const std::string& id)
    {
        const auto all = list(get("deployment.allByCompose", {{"composeId", id}}));
        if (all.empty())
            return "no deployment";
        const auto text =
            get("deployment.readLogs",
                {{"deploymentId", text_of(all.front().as_object(), "deploymentId")}, {"tail", "1000"}});
        return std::string(basekeeper::json::read(text.body)->as_string());
    }

    static constexpr const char* two_services = "services:\n  web:\n    image: nginx:1.27\n    environment:\n"
                                                "      GREETING: ${GREETING:-hello}\n    depends_on: [cache]\n"
                                                "  cache:\n    image: redis:7\n    healthcheck:\n"
                                                "      test: [\"CMD\", \"redis-cli\", \"ping\"]\n";

    world inside;
    wire through;
    std::string key;
};

} // namespace basekeeper::rehearsal::test
