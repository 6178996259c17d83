// Public addresses: all of them move together, and nothing that is not the stack's moves.
#include "stack/addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines(const env_text::settings& settings)
{
    std::vector<std::string> out;
    for (const auto& [name, value] : settings)
        out.push_back(name + "=" + value.reveal());
    return out;
}

env_text::document env(std::string_view text)
{
    return *env_text::document::parse(text);
}

TEST(parse_url, takes_urls_of_the_web_apart_and_puts_them_together)
{
    for (const std::string text :
         {"http://a.example.com", "https://a.example.com:8443/x?y#z", "http://[::1]:8000/", "https://*.example.com/**"})
    {
        const auto url = parse_url(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(to_string(*url), text);
    }
    for (const std::string_view text :
         {"", "a.example.com", "ftp://a", "http://", "http://u:p@a.b", "http://a b", "myapp://x", "http://a:1x"})
        EXPECT_FALSE(parse_url(text)) << text;
}

TEST(is_local, knows_what_nobody_outside_reaches)
{
    for (const std::string_view host :
         {"localhost",
          "kong",
          "127.0.0.1",
          "10.1.2.3",
          "192.168.0.1",
          "172.16.0.1",
          "172.31.9.9",
          "::1",
          "nas.local",
          "0.0.0.0"})
        EXPECT_TRUE(is_local(host)) << host;
    for (const std::string_view host :
         {"a.example.com", "203.0.113.7", "172.32.0.1", "10.example.com", "local.example.com"})
        EXPECT_FALSE(is_local(host)) << host;
}

TEST(https_settings, changes_every_public_address_that_is_http)
{
    EXPECT_THAT(
        lines(https_settings(
            env("SUPABASE_PUBLIC_URL=http://a.example.com:8000\nAPI_EXTERNAL_URL=http://a.example.com/auth/v1\n"
                "SITE_URL=http://app.example.com\n"
                "ADDITIONAL_REDIRECT_URLS=http://a.example.com/*,http://localhost:3000/*, myapp://cb\n")
        )),
        ElementsAre(
            "SUPABASE_PUBLIC_URL=https://a.example.com",
            "API_EXTERNAL_URL=https://a.example.com/auth/v1",
            "SITE_URL=https://app.example.com",
            "ADDITIONAL_REDIRECT_URLS=https://a.example.com/*,http://localhost:3000/*,myapp://cb"
        )
    );
}

TEST(https_settings, leaves_local_hosts_and_ports_of_applications)
{
    EXPECT_THAT(
        lines(https_settings(env("SUPABASE_PUBLIC_URL=http://localhost:8000\nAPI_EXTERNAL_URL=https://a.example.com\n"
                                 "SITE_URL=http://app.example.com:3000\nADDITIONAL_REDIRECT_URLS=\n"))),
        IsEmpty()
    );
}

TEST(domain_settings, move_every_mention_of_the_old_domain)
{
    const auto changed = lines(domain_settings(
        env("SUPABASE_HOST=old.example.com\nSUPABASE_PUBLIC_URL=http://old.example.com\nAPI_EXTERNAL_URL=http://"
            "old.example.com/auth/v1\n"
            "SITE_URL=http://localhost:3000\n"
            "ADDITIONAL_REDIRECT_URLS=http://old.example.com/*,https://app.example.com/*\n"),
        "new.example.com"
    ));
    EXPECT_THAT(
        changed,
        ElementsAre(
            "SUPABASE_PUBLIC_URL=https://new.example.com",
            "API_EXTERNAL_URL=https://new.example.com/auth/v1",
            "SUPABASE_HOST=new.example.com",
            "ADDITIONAL_REDIRECT_URLS=https://new.example.com/*,https://app.example.com/*"
        )
    );
}

TEST(domain_settings, keep_the_form_of_older_stacks_and_stop_when_in_step)
{
    const auto text = "SUPABASE_PUBLIC_URL=http://localhost:8000\nAPI_EXTERNAL_URL=http://"
                      "localhost:8000\nSITE_URL=http://localhost:3000\n";
    auto document = env(text);
    const auto changed = domain_settings(document, "a.example.com");
    EXPECT_THAT(
        lines(changed),
        ElementsAre("SUPABASE_PUBLIC_URL=https://a.example.com", "API_EXTERNAL_URL=https://a.example.com")
    );
    ASSERT_TRUE(document.merge(changed));
    EXPECT_THAT(domain_settings(document, "a.example.com"), IsEmpty());
    EXPECT_EQ(public_host(document), "a.example.com");
}

} // namespace
} // namespace basekeeper::stack
