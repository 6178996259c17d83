// Key sets: kept, renewed at most so often, never lost because a server is away.
#include "access/key_source.hpp"
#include "crypto/test_keys.hpp"
#include "io/nursery.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace basekeeper::access {
namespace {

using crypto::jwt_algorithm;
using crypto::testing::key_set_text;
using crypto::testing::signing_key;
using std::chrono::seconds;

class keys_of_signers : public ::testing::Test
{
protected:
    /// Publishes; an empty text is a server that does not answer.
    key_text_source published()
    {
        return [this](io::deadline) { return answer(); };
    }

    io::task<result<std::string>> answer()
    {
        ++asked;
        if (slow != nullptr)
            co_await io::yield();
        if (text.empty())
            co_return fail(condition::unavailable, "nobody answers");
        co_return text;
    }

    std::string id_of(result<key_source::keys> keys)
    {
        return keys ? (*keys)->front().id() : std::string(to_string(keys.error().code));
    }

    std::string current()
    {
        io::runtime on;
        return id_of(test::run_task(on, source.current(soon())));
    }

    std::string newer_than(const key_source::keys& known)
    {
        io::runtime on;
        return id_of(test::run_task(on, source.newer_than(known, soon())));
    }

    key_source::keys keys()
    {
        io::runtime on;
        return test::run_task(on, source.current(soon())).value();
    }

    static io::deadline soon() { return io::deadline::after(seconds{10}); }

    void publish(const signing_key& key) { text = key_set_text({key.jwk()}); }

    io::runtime home;
    manual_clock time;
    log::logger log{log::level::off, log::format::text};
    signing_key first{jwt_algorithm::es256, "first"};
    signing_key second{jwt_algorithm::es256, "second"};
    std::string text = key_set_text({first.jwk()});
    int asked = 0;
    const char* slow = nullptr;
    key_source source{
        {.fresh_for = seconds{600}, .at_most_every = seconds{30}}, published(), home.executor(), log, time
    };
};

TEST_F(keys_of_signers, are_read_once_and_kept)
{
    EXPECT_EQ(current(), "first");
    EXPECT_EQ(current(), "first");
    EXPECT_EQ(asked, 1);
}

TEST_F(keys_of_signers, are_renewed_when_they_are_no_longer_fresh)
{
    EXPECT_EQ(current(), "first");
    publish(second);
    time.advance(seconds{599});
    EXPECT_EQ(current(), "first");
    time.advance(seconds{1});
    EXPECT_EQ(current(), "second");
    EXPECT_EQ(asked, 2);
}

TEST_F(keys_of_signers, are_asked_for_again_when_a_token_names_another_but_not_too_often)
{
    const auto known = keys();
    publish(second);
    EXPECT_EQ(newer_than(known), "first") << "read only just now";
    EXPECT_EQ(asked, 1);
    time.advance(seconds{30});
    EXPECT_EQ(newer_than(known), "second");
    EXPECT_EQ(asked, 2);
    time.advance(seconds{30});
    EXPECT_EQ(newer_than(known), "second") << "there are newer ones already";
    EXPECT_EQ(asked, 2);
    const auto latest = keys();
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(newer_than(latest), "second");
    EXPECT_EQ(asked, 3) << "forged key ids do not make a flood";
}

TEST_F(keys_of_signers, stay_when_the_server_is_away_or_publishes_nonsense)
{
    EXPECT_EQ(current(), "first");
    for (const auto* bad : {"", "{}", "<html>", "{\"keys\":[]}"}) {
        text = bad;
        time.advance(seconds{601});
        EXPECT_EQ(current(), "first") << bad;
    }
    EXPECT_EQ(asked, 5);
    EXPECT_EQ(current(), "first");
    EXPECT_EQ(asked, 5) << "not at every token";
}

TEST_F(keys_of_signers, that_never_came_are_unavailable_until_they_do)
{
    text.clear();
    EXPECT_EQ(current(), "unavailable");
    EXPECT_EQ(current(), "unavailable");
    EXPECT_EQ(asked, 1);
    publish(first);
    time.advance(seconds{30});
    EXPECT_EQ(current(), "first");
}

TEST_F(keys_of_signers, are_read_once_for_all_who_ask_at_the_same_time)
{
    slow = "yes";
    test::run_on_fresh_runtime([this](io::runtime& on) -> io::task<> {
        key_source own({}, published(), on.executor(), log, time);
        io::nursery work(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        int came = 0;
        const auto ask = [&]() -> io::task<> {
            const auto got = co_await own.current(soon());
            came += got ? 1 : 0;
        };
        for (int i = 0; i < 20; ++i)
            work.spawn(ask());
        const auto ended = co_await work.join(soon());
        EXPECT_TRUE(ended);
        EXPECT_EQ(came, 20);
    });
    EXPECT_EQ(asked, 1);
}

TEST_F(keys_of_signers, stand_in_the_setting_in_a_file_or_behind_a_url)
{
    std::string folder = (std::filesystem::temp_directory_path() / "keys.XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    const auto file = folder + "/jwks.json";
    std::ofstream(file) << text;
    std::string asked_url;
    const fetch_text fetch = [&](std::string url, io::deadline) {
        asked_url = std::move(url);
        return answer();
    };
    const auto read = [&](std::string place, fetch_text by) {
        io::runtime on;
        auto got = test::run_task(on, keys_at(std::move(place), on.pool(), std::move(by))(soon()));
        return got ? *got : std::string(to_string(got.error().code));
    };
    EXPECT_EQ(read(text, {}), text);
    EXPECT_EQ(read(file, {}), text);
    EXPECT_EQ(read(folder + "/none.json", {}), "unavailable");
    EXPECT_EQ(read("https://as.example/jwks", fetch), text);
    EXPECT_EQ(asked_url, "https://as.example/jwks");
    EXPECT_EQ(read("https://as.example/jwks", {}), "unavailable");
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace basekeeper::access
