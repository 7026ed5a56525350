#!/usr/bin/perl
# tap-run.pl JOBS DIR FILE... - runs test files side by side, and shows only what failed, and figures.
#
# What each file says goes to DIR/FILE.tap and DIR/FILE.err (with "_" for "/"), and not through pipes: a process
# that a test has left behind would keep those open. DIR/counts gets the numbers of assertions passed, failed and
# skipped. A file that fails in another way, by its exit status, its plan or the time it takes, counts as one
# failed assertion.
use strict;
use warnings;

use TAP::Parser;

my $seconds = $ENV{FOYER_TEST_SECONDS} // 300;    # for one file, on a machine that has nothing else to do
my $shown = 60;       # lines of one failure; the rest is in DIR

# In a database of its own, which goes when the test has passed.
my $sql_test = <<'END';
database=sql_$$
createdb -T foyer_template_tap "$database" &&
    psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -f "$1" &&
    if [ -n "${FOYER_TEST_COVERAGE-}" ]; then
        psql -X -q -A -t -d "$database" -f tests/lib/coverage.sql >"$FOYER_TEST_COVERAGE/$database"
    fi &&
    dropdb "$database"
END

# How a file is run, by its suffix.
my %command = (
    c   => sub { "$ENV{FOYER_BUILD}/" . $_[0] =~ s/\.c$//r },
    py  => sub { '/usr/bin/python3', $_[0] },
    sh  => sub { 'bash', $_[0] },
    sql => sub { 'sh', '-c', $sql_test, 'sql', $_[0] },
);

my ($jobs, $dir, @files) = @ARGV;
my $again = ($ENV{FOYER_TEST_SERVER} ? "FOYER_TEST_SERVER=$ENV{FOYER_TEST_SERVER} " : '') . 'tests/run';
my %count = (passed => 0, failed => 0, skipped => 0);

$| = 1;
$SIG{INT} = 'DEFAULT';    # a shell starts its background jobs with it ignored, and tests would inherit that
run_all(@files);
save("$dir/counts", "$count{passed} $count{failed} $count{skipped}\n");

sub run_all {
    my @waiting = @_;
    my %running;    # by process id

    while (@waiting || %running) {
        if (@waiting && keys %running < $jobs) {
            my $test = launch(shift @waiting);
            $running{ $test->{pid} } = $test;
            next;
        }
        my $test = delete $running{ wait() } or next;
        judge($test, $?);
    }
}

sub launch {
    my ($file) = @_;
    my ($suffix) = $file =~ /\.(\w+)$/;
    my $command = $command{ $suffix // '' } or die "tap-run.pl: $file: no way to run this\n";
    my $base = "$dir/" . $file =~ s{/}{_}gr;
    my $test = { file => $file, tap => "$base.tap", err => "$base.err", began => time };

    $test->{pid} = fork // die "fork: $!\n";
    return $test if $test->{pid};
    open STDOUT, '>', $test->{tap} or die "$test->{tap}: $!\n";
    open STDERR, '>', $test->{err} or die "$test->{err}: $!\n";
    exec 'timeout', '-k', 10, $seconds, $command->($file) or die "timeout: $!\n";
}

# Counts what a file that has ended said, and reports its failures.
sub judge {
    my ($test, $status) = @_;
    my $parser = TAP::Parser->new({ tap => join "\n", 'TAP version 13', lines($test->{tap}), '' });
    my ($failed, @said) = count_results($parser);
    my @faults = $parser->parse_errors;

    push @faults, 'no assertions' if !$parser->tests_run && !defined $parser->skip_all;
    push @faults, "stopped after $seconds seconds" if time - $test->{began} >= $seconds;
    push @faults, $status & 127 ? 'signal ' . ($status & 127) : 'exit status ' . ($status >> 8) if $status;
    $count{skipped}++ if defined $parser->skip_all;
    return if !$failed && !@faults;
    $count{failed}++ if !$failed;
    report($test, $failed, @said, @faults);
}

# The number of failed assertions, and the lines about them: what follows one explains it.
sub count_results {
    my ($parser) = @_;
    my ($failed, $telling, @said) = (0, 0);

    while (my $result = $parser->next) {
        if ($result->is_test) {
            my $kind = !$result->is_ok ? 'failed' : $result->has_skip ? 'skipped' : 'passed';
            $telling = $kind eq 'failed';
            $failed += $telling;
            $count{$kind}++;
        }
        print "    $1\n" if $result->is_comment && $result->as_string =~ /^# figures: (.*)/;
        push @said, $result->raw if $telling && !$result->is_plan || $result->is_bailout;
    }
    return ($failed, @said);
}

sub report {
    my ($test, $failed, @said) = @_;
    my @err = lines($test->{err});

    splice @said, $shown, @said - $shown, '...' if @said > $shown;
    splice @err, 0, @err - $shown, '...' if @err > $shown;
    print "\nFAILED $test->{file}", $failed ? ": $failed assertions" : '', "\n";
    print "    $_\n" for @said, @err;
    print "    again: $again $test->{file}\n\n";
}

sub lines {
    my ($path) = @_;

    open my $in, '<', $path or die "$path: $!\n";
    chomp(my @lines = <$in>);
    return @lines;
}

sub save {
    my ($path, $text) = @_;

    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
    close $out or die "$path: $!\n";
}
