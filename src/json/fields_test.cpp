// One fields list gives schema, strict decoder and encoder: what each accepts, refuses by name, and writes.
#include "json/fields.hpp"

#include <boost/describe/enum.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::json {
namespace {

using ::testing::HasSubstr;

enum class colour
{
    red,
    green
};
BOOST_DESCRIBE_ENUM(colour, red, green)

struct point
{
    int x = 0;
    std::optional<int> y{};

    static constexpr auto fields = std::tuple{
        required("x", &point::x, "Across.", {-10, 10}),
        optional("y", &point::y),
    };
};

struct drawing
{
    std::string name;
    std::vector<point> points;
    std::vector<std::string> tags;
    std::optional<std::string> note;
    colour fill = colour::green;
    bool closed = false;
    double scale = 1;
    std::optional<double> weight;
    std::uint64_t id = 7;
    boost::json::value any;
    boost::json::object extra;

    static constexpr auto fields = std::tuple{
        required("name", &drawing::name, "What it is called.", {1, 8}),
        optional("points", &drawing::points, "Its corners.", {0, 2}),
        optional("tags", &drawing::tags),
        optional("note", &drawing::note),
        optional("fill", &drawing::fill),
        optional("closed", &drawing::closed),
        optional("scale", &drawing::scale, "", {0, 4}),
        optional("weight", &drawing::weight),
        optional("id", &drawing::id),
        optional("any", &drawing::any),
        optional("extra", &drawing::extra),
    };
};

struct nothing
{
    static constexpr std::tuple<> fields{};
};

/// The message of the refusal, or "accepted".
template <class T = drawing>
std::string refusal(std::string_view text)
{
    const auto got = decode<T>(read(text).value().as_object());
    if (got)
        return "accepted";
    EXPECT_EQ(got.error().code, condition::invalid_argument);
    EXPECT_FALSE(got.error().hint.empty());
    return got.error().message;
}

template <class T>
std::string encoded(const T& v)
{
    std::string out;
    encode(out, v);
    return out;
}

TEST(schema, says_everything_the_decoder_checks)
{
    EXPECT_EQ(
        to_text(schema<point>()),
        R"({"type":"object","properties":{"x":{"type":"integer","minimum":-10,"maximum":10,"description":"Across."},)"
        R"("y":{"type":"integer"}},"required":["x"],"additionalProperties":false})"
    );
    const auto properties = schema<drawing>().at("properties");
    EXPECT_EQ(
        to_text(properties.at("name")),
        R"({"type":"string","minLength":1,"maxLength":8,"description":"What it is called."})"
    );
    EXPECT_EQ(to_text(properties.at("tags")), R"({"type":"array","items":{"type":"string"}})");
    EXPECT_EQ(to_text(properties.at("fill")), R"({"enum":["red","green"]})");
    EXPECT_EQ(to_text(properties.at("closed")), R"({"type":"boolean"})");
    EXPECT_EQ(to_text(properties.at("scale")), R"({"type":"number","minimum":0,"maximum":4})");
    // "{}" would say the same, but not all model providers take a schema without a keyword.
    EXPECT_EQ(
        to_text(properties.at("any")),
        R"({"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},)"
        R"({"type":"null"},{"type":"array"},{"type":"object"}]})"
    );
    EXPECT_EQ(to_text(properties.at("extra")), R"({"type":"object"})");
}

TEST(schema, leaves_out_lower_bounds_that_every_length_keeps)
{
    EXPECT_EQ(
        to_text(schema<drawing>().at("properties").at("points")),
        R"({"type":"array","items":{"type":"object","properties":{"x":{"type":"integer","minimum":-10,"maximum":10,)"
        R"("description":"Across."},"y":{"type":"integer"}},"required":["x"]},"maxItems":2,)"
        R"("description":"Its corners."})"
    );
}

TEST(schema, is_open_where_that_is_asked_for_and_short_where_there_is_nothing)
{
    EXPECT_EQ(to_text(schema<nothing>()), R"({"type":"object","additionalProperties":false})");
    EXPECT_EQ(to_text(schema<nothing>(unknown_members::unspecified)), R"({"type":"object"})");
}

TEST(schema, of_a_result_is_an_outline)
{
    boost::json::object deep = read(R"({"type":"object","properties":{
        "rows":{"type":"array","items":{"type":"object","properties":{
            "login":{"type":"object","properties":{"user":{"type":"string"}},"required":["user"]},
            "ports":{"type":"array","items":{"type":"object","properties":{"port":{"type":"integer"}}}}},
            "required":["login"]}},
        "next":{"type":"string"}},"required":["rows"]})")
                                   .value()
                                   .as_object();
    EXPECT_EQ(
        to_text(outline(std::move(deep))),
        R"({"type":"object","properties":{"rows":{"type":"array","items":{"type":"object","properties":{)"
        R"("login":{"type":"object"},"ports":{"type":"array","items":{"type":"object"}}}}},)"
        R"("next":{"type":"string"}},"required":["rows"]})"
    );
}

TEST(decode, keeps_defaults_of_what_is_absent)
{
    const auto got = decode<drawing>(read(R"({"name":"a"})").value().as_object());
    ASSERT_TRUE(got);
    EXPECT_EQ(got->name, "a");
    EXPECT_EQ(got->fill, colour::green);
    EXPECT_EQ(got->scale, 1);
    EXPECT_EQ(got->id, 7U);
    EXPECT_FALSE(got->note);
    EXPECT_TRUE(got->points.empty());
}

TEST(decode, takes_null_only_for_an_optional)
{
    EXPECT_EQ(refusal(R"({"name":"a","note":null,"any":null})"), "accepted");
    EXPECT_EQ(refusal(R"({"name":null})"), "name: must be a string, not null");
    EXPECT_EQ(refusal(R"({"name":"a","fill":null})"), "fill: must be one of red, green, not null");
    EXPECT_EQ(refusal(R"({"name":"a","points":null})"), "points: must be an array, not null");
}

TEST(decode, names_what_is_missing_and_says_what_it_is_for)
{
    EXPECT_EQ(refusal("{}"), "name: required: What it is called.");
    EXPECT_EQ(refusal(R"({"name":"a","points":[{"y":1}]})"), "points.0.x: required: Across.");
}

TEST(decode, names_what_is_unknown_and_what_was_probably_meant)
{
    EXPECT_EQ(refusal<point>(R"({"x":1,"z":2})"), "z: unknown argument; allowed: x, y")
        << "one letter is too little to guess from";
    EXPECT_THAT(refusal(R"({"nam":"a"})"), HasSubstr("nam: unknown argument, did you mean name?; allowed: name, "));
    EXPECT_EQ(refusal<nothing>(R"({"a":1})"), "a: unknown argument; this takes none");
    EXPECT_EQ(
        refusal(R"({"name":"a","points":[{"x":1},{"x":2,"q":3}]})"), "points.1.q: unknown argument; allowed: x, y"
    );
    const auto longer = refusal<point>(R"({"x":1,")" + std::string(5'000, 'q') + R"(":2})");
    EXPECT_LT(longer.size(), 200U) << "a name from outside is cut";
}

TEST(decode, prefers_the_unknown_name_over_the_missing_one)
{
    // Whoever misspells a required name is helped by the name, not by hearing that it is missing.
    EXPECT_THAT(refusal(R"({"nmae":"a"})"), HasSubstr("nmae: unknown argument"));
}

TEST(decode, refuses_other_types_by_name)
{
    EXPECT_EQ(refusal(R"({"name":7})"), "name: must be a string, not 7");
    EXPECT_EQ(refusal(R"({"name":{}})"), "name: must be a string, not an object");
    EXPECT_EQ(refusal(R"({"name":"a","closed":"true"})"), R"(closed: must be true or false, not "true")");
    EXPECT_EQ(refusal(R"({"name":"a","closed":1})"), "closed: must be true or false, not 1");
    EXPECT_EQ(refusal(R"({"name":"a","points":{}})"), "points: must be an array, not an object");
    EXPECT_EQ(refusal(R"({"name":"a","points":[3]})"), "points.0: must be an object, not 3");
    EXPECT_EQ(refusal(R"({"name":"a","tags":["x",[]]})"), "tags.1: must be a string, not an array");
    EXPECT_EQ(refusal(R"({"name":"a","scale":"1"})"), R"(scale: must be a number, not "1")");
    EXPECT_EQ(refusal(R"({"name":"a","extra":[]})"), "extra: must be an object, not an array");
    EXPECT_EQ(refusal(R"({"name":"a","fill":"blue"})"), R"(fill: must be one of red, green, not "blue")");
    EXPECT_EQ(refusal(R"({"name":"a","fill":0})"), "fill: must be one of red, green, not 0");
    EXPECT_EQ(refusal(R"({"name":"a","fill":"Red"})"), R"(fill: must be one of red, green, not "Red")");
    EXPECT_EQ(refusal<point>(R"({"x":"1"})"), R"(x: must be an integer, not "1")");
    EXPECT_EQ(refusal<point>(R"({"x":1.5})"), "x: must be an integer, not 1.5");
    EXPECT_EQ(refusal<point>(R"({"x":1e30})"), "x: must be an integer, not 1e+30");
    EXPECT_EQ(refusal<point>(R"({"x":3.0})"), "accepted") << "a client may have no other numbers";
}

TEST(decode, cuts_what_it_quotes_between_characters)
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "\xe2\x82\xac";
    const auto said = refusal<point>(R"({"x":")" + text + R"("})");
    EXPECT_LT(said.size(), 100U);
    EXPECT_THAT(said, HasSubstr("\xe2\x82\xac..."));
}

TEST(decode, refuses_what_is_out_of_bounds_and_says_the_bounds)
{
    EXPECT_EQ(refusal<point>(R"({"x":11})"), "x: must be between -10 and 10, not 11");
    EXPECT_EQ(refusal<point>(R"({"x":-11})"), "x: must be between -10 and 10, not -11");
    EXPECT_EQ(refusal<point>(R"({"x":10})"), "accepted");
    EXPECT_EQ(refusal(R"({"name":""})"), "name: must be between 1 and 8 bytes long, not 0");
    EXPECT_EQ(refusal(R"({"name":"123456789"})"), "name: must be between 1 and 8 bytes long, not 9");
    EXPECT_EQ(
        refusal(R"({"name":"a","points":[{"x":1},{"x":1},{"x":1}]})"), "points: must be between 0 and 2 items, not 3"
    );
    EXPECT_EQ(refusal(R"({"name":"a","scale":4.5})"), "scale: must be between 0 and 4, not 4.5");
    EXPECT_EQ(refusal(R"({"name":"a","weight":1e300})"), "accepted") << "a number without bounds";
    EXPECT_EQ(refusal(R"({"name":"a","scale":4})"), "accepted") << "an integer is a number";
}

TEST(decode, knows_the_bounds_of_its_integers)
{
    EXPECT_EQ(
        refusal<point>(R"({"x":1,"y":2147483648})"), "y: must be between -2147483648 and 2147483647, not 2147483648"
    );
    EXPECT_EQ(refusal<point>(R"({"x":1,"y":-2147483648})"), "accepted");
    EXPECT_EQ(refusal<point>(R"({"x":9223372036854775808})"), "x: must be between -10 and 10, not 9223372036854775808");
    EXPECT_EQ(refusal(R"({"name":"a","id":-1})"), "id: must be at least 0, not -1");
    EXPECT_EQ(refusal(R"({"name":"a","id":18446744073709551615})"), "accepted");
    EXPECT_THAT(
        refusal(R"({"name":"a","id":18446744073709551616})"),
        HasSubstr("id: must be an integer, not 1844674407370955161")
    );
}

TEST(decode, refuses_nul_in_text)
{
    EXPECT_EQ(refusal(R"({"name":"a\u0000b"})"), "name: must not contain the character NUL (\\u0000)");
    EXPECT_EQ(refusal(R"({"name":"a","tags":["\u0000"]})"), "tags.0: must not contain the character NUL (\\u0000)");
}

TEST(encode, round_trips_everything)
{
    const std::string text =
        R"({"name":"a\"\n","points":[{"x":1},{"x":-2,"y":3}],"tags":["t"],"note":"n","fill":"red","closed":true,)"
        R"("scale":0.5,"id":18446744073709551615,"any":[null,1.5,{"k":"v"}],"extra":{"e":false}})";
    const auto got = decode<drawing>(read(text).value().as_object());
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(encoded(*got), text);
}

TEST(encode, leaves_out_empty_optionals_and_keeps_empty_lists)
{
    drawing d;
    d.name = "a";
    EXPECT_EQ(
        encoded(d),
        R"({"name":"a","points":[],"tags":[],"fill":"green","closed":false,"scale":1,"id":7,"any":null,"extra":{}})"
    );
    EXPECT_EQ(encoded(nothing{}), "{}");
    EXPECT_EQ(encoded(std::optional<int>{}), "null");
    EXPECT_EQ(encoded(std::vector<std::optional<int>>{1, std::nullopt}), "[1,null]");
}

struct celsius
{
    double degrees = 0;

    static boost::json::object json_schema() { return {{"type", "string"}}; }

    void write_json(std::string& out) const { write_string(out, std::to_string(static_cast<int>(degrees)) + " C"); }
};

struct weather
{
    celsius now;
    std::vector<celsius> next;

    static constexpr auto fields = std::tuple{required("now", &weather::now), optional("next", &weather::next)};
};

TEST(encode, lets_a_type_write_itself_wherever_it_stands)
{
    EXPECT_EQ(encoded(weather{{20}, {{21}, {22}}}), R"({"now":"20 C","next":["21 C","22 C"]})");
    EXPECT_EQ(to_text(schema<weather>().at("properties").at("now")), R"({"type":"string"})");
}

} // namespace
} // namespace basekeeper::json
