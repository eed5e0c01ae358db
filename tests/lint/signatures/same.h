/* SPDX-License-Identifier: MIT */

/*
 * What the catalogue declares, against what the system's headers declare.
 *
 * signatures.cmake writes each row's declaration, without its roles, into a namespace of its own,
 * and has the compiler compare it with the header's function of that name: how many parameters
 * there are, the size of each, what is a pointer and how large what it leads to is, whether the
 * result has a sign, and on 32-bit Windows the calling convention.  A name of a type may differ, as
 * `void *` for a struct or `int` for an enum, because calls do not see it.
 */

#undef far
#undef interface
#undef near
#undef small

namespace holdfast
{

template <class T> struct bare {
    typedef T type;
};
template <class T> struct bare<const T> {
    typedef T type;
};

template <class T> struct size_of {
    static const int value = sizeof(T);
};
template <> struct size_of<void> {
    static const int value = 0;
};
template <class R, class... A> struct size_of<R(A...)> {
    static const int value = 0;
};

/* How large what it leads to is; 0 where nobody knows. */
template <class T, class = void> struct target {
    static const int value = 0;
};
template <class T> struct target<T *, decltype((void)sizeof(T))> {
    static const int value = size_of<typename bare<T>::type>::value;
};
template <> struct target<void *, void> {
    static const int value = 0;
};
template <> struct target<const void *, void> {
    static const int value = 0;
};

template <class T> struct is_pointer {
    static const bool value = false;
};
template <class T> struct is_pointer<T *> {
    static const bool value = true;
};

template <class T> struct is_signed {
    static const bool value = false;
};
template <> struct is_signed<short> {
    static const bool value = true;
};
template <> struct is_signed<int> {
    static const bool value = true;
};
template <> struct is_signed<long> {
    static const bool value = true;
};
template <> struct is_signed<long long> {
    static const bool value = true;
};

/* `Row` makes each row's check one of its own, so that each complains. */
template <int Row, class T, class U> struct same_parameter {
    static_assert(size_of<T>::value == size_of<U>::value, "the size of a parameter");
    static_assert(is_pointer<T>::value == is_pointer<U>::value || sizeof(T) == sizeof(void *),
                  "a pointer");
    static_assert(target<T>::value == target<U>::value || !target<T>::value || !target<U>::value,
                  "the size of what a parameter leads to");
    static const int value = 1;
};

template <int Row, class T, class U> struct same_result {
    static_assert(size_of<T>::value == size_of<U>::value, "the size of the result");
    static_assert(is_signed<T>::value == is_signed<U>::value || is_pointer<T>::value ||
                      is_pointer<U>::value,
                  "the sign of the result");
    static const int value = 1;
};

template <class... A> struct list {
};

template <int Row, class A, class B> struct same_list {
    static const int value = 1;
};
template <int Row, class A, class... As, class B, class... Bs>
struct same_list<Row, list<A, As...>, list<B, Bs...>> {
    static const int value =
        same_parameter<Row, A, B>::value + same_list<Row, list<As...>, list<Bs...>>::value;
};

template <int Row, class F, class G> struct same {
    static_assert(sizeof(F *) == 0, "the calling convention, or variable arguments");
    static const int value = 1;
};
template <int Row, class R, class... A, class S, class... B> struct same<Row, R(A...), S(B...)> {
    static_assert(sizeof...(A) == sizeof...(B), "how many parameters there are");
    static const int value =
        same_result<Row, R, S>::value + same_list<Row, list<A...>, list<B...>>::value;
};
template <int Row, class R, class... A, class S, class... B>
struct same<Row, R(A..., ...), S(B..., ...)> {
    static const int value = same<Row, R(A...), S(B...)>::value;
};
#if defined(_WIN32) && defined(__i386__)
template <int Row, class R, class... A, class S, class... B>
struct same<Row, R __attribute__((stdcall)) (A...), S __attribute__((stdcall)) (B...)> {
    static const int value = same<Row, R(A...), S(B...)>::value;
};
#endif

} // namespace holdfast

#define HF_SAME(row, declared, known)                                                              \
    static const int is_same = holdfast::same<row, decltype(declared), decltype(known)>::value;
