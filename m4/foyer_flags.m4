# FOYER_ADD_CFLAGS(FLAGS), FOYER_ADD_LDFLAGS(FLAGS)
#
# Add to FOYER_CFLAGS or FOYER_LDFLAGS each flag that the compiler takes.  An
# unknown warning is only a warning to clang, so the probe makes it an error.
AC_DEFUN([FOYER_ADD_CFLAGS], [
    AC_SUBST([FOYER_CFLAGS])
    for flag in m4_normalize([$1]); do
        AC_MSG_CHECKING([whether $CC takes $flag])
        foyer_saved=$CFLAGS
        CFLAGS="-O2 -Werror $CFLAGS $flag"
        AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
            [AC_MSG_RESULT([yes]); FOYER_CFLAGS="$FOYER_CFLAGS $flag"],
            [AC_MSG_RESULT([no])])
        CFLAGS=$foyer_saved
    done
])

AC_DEFUN([FOYER_ADD_LDFLAGS], [
    AC_SUBST([FOYER_LDFLAGS])
    for flag in m4_normalize([$1]); do
        AC_MSG_CHECKING([whether $CC links with $flag])
        foyer_saved=$LDFLAGS
        LDFLAGS="$LDFLAGS -fPIE $flag"
        AC_LINK_IFELSE([AC_LANG_PROGRAM()],
            [AC_MSG_RESULT([yes]); FOYER_LDFLAGS="$FOYER_LDFLAGS $flag"],
            [AC_MSG_RESULT([no])])
        LDFLAGS=$foyer_saved
    done
])
