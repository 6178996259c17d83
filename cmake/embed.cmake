# embed_app(<module path> <name>.html): the text of a page as a constant of its module.
#
# Writes <module path>/<name>_html.hpp with `inline constexpr std::string_view <name>_html`, in which `/* style */` and
# `/* bridge */` of the page are replaced by what all pages share. Changing any of the files runs the configure step
# again.
function(embed_app path file)
    string(REPLACE "/" "_" module ${path})
    cmake_path(GET file STEM name)
    set(page ${PROJECT_SOURCE_DIR}/src/${path}/${file})
    set(style ${PROJECT_SOURCE_DIR}/src/mcp/app_style.css)
    set(bridge ${PROJECT_SOURCE_DIR}/src/mcp/app_bridge.js)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page} ${style} ${bridge})
    file(READ ${page} text)
    foreach(part style bridge)
        file(READ ${${part}} shared)
        string(REPLACE "/* ${part} */\n" "${shared}" text "${text}")
    endforeach()
    string(REPLACE "/" "::" scope "${path}")
    string(REPLACE "features::" "" scope "${scope}")
    set(root ${PROJECT_BINARY_DIR}/generated/${module})
    set(header ${root}/${path}/${name}_html.hpp)
    file(WRITE ${header}.new
        "// Written by cmake/embed.cmake from src/${path}/${file}.\n#pragma once\n\n#include <string_view>\n\n"
        "namespace basekeeper::${scope} {\n\ninline constexpr std::string_view ${name}_html = R\"html(${text})html\";\n\n"
        "} // namespace basekeeper::${scope}\n")
    file(COPY_FILE ${header}.new ${header} ONLY_IF_DIFFERENT)
    target_include_directories(${module} PRIVATE ${root})
endfunction()
