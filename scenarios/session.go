package scenarios

// Session says who one is on the site.
type Session struct {
	// Profile that keeps cookies and storage from one run to the next.
	Profile string
	// Cookie file (cookies.txt, as curl and yt-dlp write it).
	Cookies string
	// How to log in.
	Login *Login
}

// Login is run once before the runs, where its check fails.
type Login struct {
	// Steps that succeed where one is logged in; without them one never is.
	Check []Step
	// Steps that log in.
	Steps []Step `seine:",required"`
}
