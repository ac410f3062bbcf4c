package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
)

// actEnv makes the test binary perform one act in place of the tests, as a process that can be killed; stateEnv and pageEnv are its
// run folders and the page that it opens.
const (
	actEnv   = "SEINE_BROWSER_TEST_ACT"
	stateEnv = "SEINE_BROWSER_TEST_STATE"
	pageEnv  = "SEINE_BROWSER_TEST_PAGE"
)

// perform opens a page and stays until a signal ends it; its exit code is 0 when all was clean.
func perform(string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, err := browser.Launch(ctx, browsertest.Options(os.Getenv(stateEnv)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	tab, err := b.NewTab(ctx, nil)
	if err == nil {
		err = chromedp.Do(tab.Context(), chromedp.Navigate(os.Getenv(pageEnv)))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 4
	}
	fmt.Println("ready")
	<-ctx.Done()
	if err := b.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 5
	}
	return 0
}
