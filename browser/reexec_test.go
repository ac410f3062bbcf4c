package browser_test

// actEnv makes the test binary perform one act in place of the tests, as a process that can be killed.
const actEnv = "SEINE_BROWSER_TEST_ACT"

func perform(string) int { return 2 }
