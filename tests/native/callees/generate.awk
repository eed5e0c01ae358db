# SPDX-License-Identifier: MIT
#
# Makes functions of random shapes:  awk -v count=2000 -v seed=1 -f generate.awk > generated.c
#
# The same numbers with every awk: the generator is a Lehmer one, whose products a double holds.
# Declarations are written once, for the compiler and, as text, for the library under test.

function next_random(n) {
    state = (state * 16807) % 2147483647
    return int(state / 2147483647 * n)
}

function scalar(c_name, kind, weight,    i) {
    name[types] = c_name
    of_kind[types] = kind
    leaves[types] = kind == "COMPLEX" ? 2 : 1
    is_odd[types] = kind == "COMPLEX" || kind == "LONG_DOUBLE"
    for (i = 0; i < weight; i++) {
        pick[picks++] = types
    }
    types++
}

function define_scalars() {
    types = picks = 0
    scalar("void", "VOID", 0)
    leaves[0] = 0
    scalar("int8_t", "SIGNED", 2)
    scalar("uint8_t", "UNSIGNED", 2)
    scalar("int16_t", "SIGNED", 2)
    scalar("uint16_t", "UNSIGNED", 2)
    scalar("int32_t", "SIGNED", 3)
    scalar("uint32_t", "UNSIGNED", 3)
    scalar("int64_t", "SIGNED", 3)
    scalar("uint64_t", "UNSIGNED", 3)
    scalar("signed char", "SIGNED", 1)
    scalar("short", "SIGNED", 1)
    scalar("int", "SIGNED", 2)
    scalar("unsigned long", "UNSIGNED", 2)
    scalar("long long", "SIGNED", 1)
    scalar("size_t", "UNSIGNED", 1)
    scalar("_Bool", "BOOL", 1)
    scalar("void *", "POINTER", 3)
    pointer = types - 1
    scalar("float", "F32", 6)
    scalar("double", "F64", 6)
    double_number = types - 1
    common_picks = picks
    scalar("long double", "LONG_DOUBLE", 2)
    scalar("float _Complex", "COMPLEX", 1)
    scalar("double _Complex", "COMPLEX", 1)
    scalar("long double _Complex", "COMPLEX", 1)
    scalars = types
}

# Size and kind of a leaf, as an initializer behind its offset.
function leaf_of(type,    part) {
    part = name[type]
    sub(/ _Complex/, "", part)
    if (of_kind[type] == "COMPLEX") {
        return "HFD_" (part == "float" ? "F32" : part == "double" ? "F64" : "LONG_DOUBLE") \
            ", sizeof(" part ")"
    }
    return "HFD_" of_kind[type] ", sizeof(" part ")"
}

# Adds the leaves of a member of type `type` at `path` to aggregate `to`.
function add_leaves(to, type, path,    i) {
    if (type >= scalars) {
        for (i = 0; i < leaves[type]; i++) {
            add_leaf(to, path leaf_path[type, i], leaf_rest[type, i], leaf_more[type, i])
        }
    } else if (of_kind[type] == "COMPLEX") {
        add_leaf(to, path, leaf_of(type), "")
        add_leaf(to, path, leaf_of(type), name[type])
    } else {
        add_leaf(to, path, leaf_of(type), "")
    }
}

function add_leaf(to, path, rest, more) {
    leaf_path[to, leaves[to]] = path
    leaf_rest[to, leaves[to]] = rest
    leaf_more[to, leaves[to]] = more
    leaves[to]++
}

function member_type(is_union,    type) {
    if (types > scalars + 8 && next_random(100) < 18) {
        type = scalars + next_random(types - scalars)
        if (leaves[type] <= 8 && !(is_union && is_odd[type])) {
            return type
        }
    }
    return pick[next_random(is_union || next_random(12) ? common_picks : picks)]
}

function define_aggregate(    is_union, members, i, type, length_, text, self, active, member) {
    self = types
    is_union = next_random(6) == 0
    members = 1 + next_random(next_random(2) ? 3 : 5)
    active = is_union ? next_random(members) : -1
    name[self] = "hfd_t" self
    of_kind[self] = "AGGREGATE"
    leaves[self] = is_odd[self] = 0
    needs[self] = ""
    text = "typedef " (is_union ? "union" : "struct") " { "
    for (i = 0; i < members; i++) {
        type = member_type(is_union)
        length_ = next_random(6) == 0 ? 2 + next_random(3) : 0
        member = substr("abcdefgh", i + 1, 1)
        text = text name[type] " " member (length_ ? "[" length_ "]" : "") "; "
        is_odd[self] = is_odd[self] || is_odd[type]
        member_of[self, i] = type
        member_count[self, i] = length_ ? length_ : 1
        if (type >= scalars) {
            needs[self] = needs[self] needs[type] " " type
        }
        if (!is_union || i == active) {
            add_member(self, type, "." member, length_)
        }
    }
    unions[self] = is_union
    members_of[self] = members
    declaration[self] = text "} " name[self] ";"
    types++
}

function add_member(self, type, path, length_,    k) {
    for (k = 0; k < (length_ ? length_ : 1); k++) {
        add_leaves(self, type, path (length_ ? "[" k "]" : ""))
    }
}

function print_types(    t, i, path) {
    for (t = scalars; t < types; t++) {
        print declaration[t]
        printf "#define HFD_TEXT_%d \"%s \"\n", t, declaration[t]
    }
    for (t = 1; t < types; t++) {
        printf "static const hfd_leaf leaves_%d[] = {", t
        for (i = 0; i < leaves[t]; i++) {
            if (t < scalars) {
                printf " { %s, %s },", i ? "sizeof(" name[t] ") / 2" : "0", leaf_of(t)
            } else {
                path = substr(leaf_path[t, i], 2)
                printf " { offsetof(%s, %s)%s, %s },", name[t], path, \
                    leaf_more[t, i] == "" ? "" : " + sizeof(" leaf_more[t, i] ") / 2", \
                    leaf_rest[t, i]
            }
        }
        print " };"
    }
    for (t = scalars; t < types; t++) {
        printf "static const hfd_member members_%d[] = {", t
        for (i = 0; i < members_of[t]; i++) {
            printf " { offsetof(%s, %s), %d, %d },", name[t], substr("abcdefgh", i + 1, 1), \
                member_of[t, i], member_count[t, i]
        }
        print " };"
    }
    print "const hfd_type hfd_types[] = {"
    print "    { \"void\", NULL, HFD_VOID, false, 0, 0, 0, NULL, 0, NULL },"
    for (t = 1; t < types; t++) {
        printf "    { \"%s\", %s, HFD_%s, %s, sizeof(%s), _Alignof(%s), %d, leaves_%d, %s },\n", \
            name[t], t < scalars ? "NULL" : texts_of(needs[t] " " t), of_kind[t], \
            unions[t] ? "true" : "false", name[t], name[t], leaves[t], t, \
            t < scalars ? "0, NULL" : members_of[t] ", members_" t
    }
    print "};"
    print "const unsigned hfd_type_count = sizeof(hfd_types) / sizeof(hfd_types[0]);"
}

function any_type(    type) {
    if (next_random(100) < share) {
        type = scalars + next_random(types - scalars)
        return type
    }
    return pick[next_random(next_random(8) ? common_picks : picks)]
}

# What may stand behind the dots; the conventions of callers are the default there.
function promoted_type(    type) {
    do {
        type = pick[next_random(common_picks)]
    } while (name[type] !~ /^(u?int(32|64)_t|void \*|double|int|unsigned long|long long|size_t)$/)
    return type
}

# The text of all types that a case names.
function prelude(    list, i) {
    list = needs[result] (result >= scalars ? " " result : "")
    for (i = 0; i < total; i++) {
        list = list needs[param[i]] (param[i] >= scalars ? " " param[i] : "")
    }
    return texts_of(list)
}

# The declarations of a list of types, each once and in order.
function texts_of(list,    t, words, i, used, text) {
    t = split(list, words, " ")
    text = ""
    for (i = 1; i <= t; i++) {
        if (!(words[i] in used)) {
            used[words[i]] = 1
            text = text "HFD_TEXT_" words[i] " "
        }
    }
    return text
}

function choose_shape(    r, i) {
    r = next_random(100)
    # Small and register-only shapes for the ways without libffi, rich ones for libffi.
    share = r < 40 ? 0 : r < 70 ? 25 : 60
    total = next_random(r < 60 ? 7 : 13)
    is_variadic = next_random(12) == 0
    fixed = total
    if (is_variadic) {
        fixed = 1 + next_random(3)
        total = fixed + next_random(9)
    }
    r = next_random(100)
    convention = is_variadic ? 0 : r < 12 ? 1 : r < 20 ? 2 : 0
    word = convention == 2 ? substr("std fastthis", 4 * next_random(3) + 1, 4) : ""
    sub(/ /, "", word)
    result = next_random(10) ? any_type() : 0
    odd = is_odd[result]
    for (i = 0; i < total; i++) {
        param[i] = i < fixed ? any_type() : promoted_type()
        odd = odd || is_odd[param[i]]
    }
}

function mark() {
    return convention == 1 ? "HFD_MS " : convention == 2 ? "HFD_" toupper(word) " " : ""
}

# The parameters of the case; `before` stands before their numbers.
function parameters(before,    i, list) {
    list = ""
    for (i = 0; i < fixed; i++) {
        list = list (i ? ", " : "") name[param[i]] (before == "" ? "" : " " before i)
    }
    return is_variadic ? list ", ..." : list == "" ? "void" : list
}

function print_callee(n,    i) {
    printf "static HFD_APART %s %sf%d(%s)\n{\n    uint64_t sum = %d;\n", name[result], mark(), n, \
        parameters("p"), n
    for (i = 0; i < fixed; i++) {
        printf "    sum = hfd_fold(sum, &p%d, &hfd_types[%d]);\n", i, param[i]
    }
    if (is_variadic) {
        printf "    va_list list;\n    va_start(list, p%d);\n", fixed - 1
        for (i = fixed; i < total; i++) {
            printf "    %s p%d = va_arg(list, %s);\n", name[param[i]], i, name[param[i]]
            printf "    sum = hfd_fold(sum, &p%d, &hfd_types[%d]);\n", i, param[i]
        }
        print "    va_end(list);"
    }
    print "    hfd_see(sum);"
    if (result) {
        printf "    %s made;\n    hfd_fill(&made, &hfd_types[%d], sum);\n    return made;\n", name[result], result
    }
    print "}"
}

function print_direct(n,    i) {
    printf "typedef %s %scall_%d(%s);\n", name[result], mark(), n, parameters("")
    printf "static void d%d(void (*f)(void), void *const *a, void *r)\n{\n", n
    printf "    (void)a;\n    (void)r;\n    "
    if (result) {
        printf "%s made = ", name[result]
    }
    printf "((call_%d *)f)(", n
    for (i = 0; i < total; i++) {
        printf "%s*(%s *)a[%d]", i ? ", " : "", name[param[i]], i
    }
    print ");"
    if (result) {
        print "    memcpy(r, &made, sizeof(made));"
    }
    print "}"
}

function case_line(n,    i, text, list) {
    text = ""
    for (i = 0; i < fixed; i++) {
        text = text (i ? ", " : "") name[param[i]] " p" i (param[i] == pointer ? " {raw}" : "")
    }
    text = is_variadic ? text ", ..." : text == "" ? "void" : text
    list = ""
    for (i = 0; i < total; i++) {
        list = list (i ? ", " : "") param[i]
    }
    return "    { " prelude() "\"" name[result] " \" " \
        (convention == 1 ? "HFD_MS_TEXT " : convention == 2 ? "\"__" word "call \" " : "") \
        "\"f" n "(" text ")\", \"f" n "\", (void (*)(void))f" n ", d" n ", " convention ", " \
        (odd ? "true" : "false") ", " (is_variadic ? "true" : "false") ", " fixed ", " total ", " \
        result ", { " (list == "" ? "0" : list) " } },"
}

BEGIN {
    state = seed * 7919 + 1
    define_scalars()
    for (n = 0; n < 160; n++) {
        define_aggregate()
    }
    print "/* Made by generate.awk. */"
    print "#include \"callees.h\""
    print "#include \"conventions.h\""
    print "#include <stdarg.h>"
    print "#include <string.h>"
    print_types()
    for (n = 0; n < count; n++) {
        choose_shape()
        print_callee(n)
        print_direct(n)
        line[n] = case_line(n)
    }
    print "const hfd_case hfd_cases[] = {"
    for (n = 0; n < count; n++) {
        print line[n]
    }
    print "};"
    print "const unsigned hfd_case_count = sizeof(hfd_cases) / sizeof(hfd_cases[0]);"
}
