package replay

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/testdata/sites"
)

// surveyed is a document, and what is to be done in it: "kind: what", or nothing.
type surveyed struct{ html, want string }

// banner, gate and modal are what buttons stand in.
func banner(button string) string {
	return `<div style="position:fixed;bottom:0">Cookies <button>Settings</button>` + button + `</div>`
}

func gate(text, button string) string {
	return `<div role="dialog" style="position:fixed;inset:0;background:#fff"><p>` + text + `</p>` + button + `</div>`
}

func modal(button string) string {
	return `<div id="player" style="width:640px;height:360px"></div><div role="dialog" style="position:fixed;inset:0;background:#fff"><p>News</p>` + button + `</div>`
}

func button(label string) string { return "<button>" + label + "</button>" }

// Buttons of all kinds in the languages that people meet.
func labelled() (list []surveyed) {
	for _, l := range []string{
		"Reject all", "Only necessary cookies", "Alle ablehnen", "Nur notwendige Cookies", "Tout refuser", "Continuer sans accepter", "Rechazar todo", "Rifiuta tutto", "Rejeitar tudo",
		"Odrzuć wszystkie", "Отклонить все", "すべて拒否", "全部拒绝", "모두 거부", "Tümünü reddet", "رفض الكل", "Alles weigeren", "Avvisa alla",
		"Accept all", "I agree!", "Alle akzeptieren", "J’accepte", "Aceptar todo", "Accetta tutti", "Aceitar tudo", "Zgadzam się", "Принять всё", "同意する", "全部接受", "모두 동의", "TÜMÜNÜ KABUL ET", "قبول الكل", "Akkoord", "Godkänn alla", "✓ Got it",
	} {
		list = append(list, surveyed{banner(button(l)), "consent: " + l})
	}
	for label, text := range map[string]string{
		"Enter": "You must be 18 years of age", "Yes, I'm over 21": "legal drinking age", "Ja": "Bist du über 18 Jahre alt?", "J'ai plus de 18 ans": "Réservé aux adultes", "Soy mayor de 18": "Solo para mayores de edad",
		"Sì": "Sei maggiorenne?", "Tenho 18 anos": "maiores de 18", "Mam 18 lat": "Czy jesteś pełnoletni?", "Мне 18 лет": "Ваш возраст?", "はい": "18歳以上ですか", "我已年满18岁": "成人内容", "예": "만 19세 이상", "Evet": "18 yaşından büyük müsünüz?", "نعم": "التحقق من العمر",
	} {
		list = append(list, surveyed{gate(text, button("No")+button(label)), "age gate: " + label})
	}
	for _, l := range []string{"No thanks", "×", "Schließen", "Nein, danke", "Fermer", "Non merci", "Cerrar", "Chiudi", "Fechar", "Zamknij", "Закрыть", "閉じる", "关闭", "닫기", "Kapat", "إغلاق", "Niet nu"} {
		list = append(list, surveyed{modal(button("Subscribe") + button(l)), "overlay: " + l})
	}
	for _, l := range []string{
		"Play", "▶", "▶ Play video", "Watch now", "Play: The film", "Abspielen", "Jetzt ansehen", "Lecture", "Regarder la vidéo", "Reproducir", "Ver ahora", "Riproduci", "Guarda il film", "Assistir agora", "Odtwórz film",
		"Смотреть онлайн", "再生する", "立即播放", "동영상 재생", "Oynat", "FİLMİ İZLE", "تشغيل", "شاهد الآن", "Afspelen", "Spela upp",
	} {
		list = append(list, surveyed{button(l), "play button: " + l})
	}
	for _, l := range []string{"Load video", "Inhalt laden", "Charger la vidéo", "Cargar vídeo", "Mostra il contenuto", "Carregar vídeo", "Pokaż film", "Показать видео", "動画を読み込む", "加载视频", "Videoyu yükle", "عرض المحتوى"} {
		list = append(list, surveyed{button(l), "embed: " + l})
	}
	return list
}

// What is not to be done, whatever it looks like.
var unreasonable = []surveyed{
	{button("Accept all"), ""},                           // of what?
	{banner(button("Accept and subscribe")), ""},         // it costs something
	{banner(`<a href="/terms">Accept all</a>`), ""},      // it leads away
	{banner(`<button disabled>Accept all</button>`), ""}, // it cannot be clicked
	{`<main style="position:absolute"><article>A cookie recipe</article>` + button("OK") + `</main>`, ""},
	{gate("You must be 18 years of age", button("No, I am under 18")+button("Exit")), "overlay: Escape"},
	{gate("Sign in. Your age: 18+", `<input type="password">`+button("Enter")), "overlay: Escape"},
	{"<p>The film is 18 years old.</p>" + button("Subscribe"), ""},
	{modal(button("Close and subscribe")), "overlay: Escape"},
	{`<div id="player" style="width:640px;height:360px;position:relative"><div role="dialog" style="position:fixed;inset:0"><video style="width:640px;height:360px"></video>` + button("Close") + `</div></div>`, "player: the middle of the player"},
	{button("Play Store") + button("Download video") + button("Watch later") + button("Watchlist") + button("Autoplay") + button("Play next") + button("Start free trial") + button("Скачать фильм") + button("立即下载"), ""},
	{`<div class="ad-slot">` + button("Play") + `</div><nav>` + button("Play") + `</nav><a href="/other">` + button("Play") + `</a><ul class="related"><li>` + button("Play") + `</li></ul>`, ""},
	{`<form><input name="q">` + button("Play") + `</form>`, ""},
	{`<div class="video-facade" style="width:300px;height:200px"><iframe></iframe></div>`, ""},
	{`<div class="adsbygoogle"><div class="video-facade" style="width:300px;height:200px"></div></div>`, ""},
	{`<video src="/none.mp4" style="width:50px;height:30px;pointer-events:none" preload="none"></video>`, ""},
	{`<a href="/other"><div class="poster" style="width:400px;height:300px"></div></a>`, ""},
	{`<div style="height:3000px"></div><div class="ads"><iframe loading="lazy" width="640" height="360"></iframe></div>`, "scroll down: to the end of the page"},
}

// Players by their marks.
var marked = []surveyed{
	{`<button class="vjs-big-play-button" style="width:60px;height:60px"></button>`, "play button: button"},
	{`<div class="jw-icon jw-icon-display" style="width:60px;height:60px"></div>`, "play button: div"},
	{`<button data-plyr="play" style="width:60px;height:60px"></button>`, "play button: button"},
	{`<button class="shaka-play-button" style="width:60px;height:60px"></button>`, "play button: button"},
	{`<div class="mejs__overlay-button" style="width:60px;height:60px"></div>`, "play button: div"},
	{`<div class="BigPlayButton" tabindex="0" style="width:60px;height:60px"></div>`, "play button: div"},
	{`<input type="image" alt="" value="Play" src="data:," style="width:60px;height:60px">`, "play button: Play"},
	{`<button><img alt="Play video" width="20" height="20" src="data:,"></button>`, "play button: Play video"},
	{`<lite-youtube style="display:block;width:300px;height:200px"></lite-youtube>`, "embed: lite-youtube, which a click replaces"},
	{`<div id="player" style="width:640px;height:360px"></div>`, "poster: the middle of what looks like a player"},
	{`<div style="height:3000px"></div><iframe loading="lazy" width="640" height="360"></iframe>`, "scroll: to iframe"},
	{`<audio preload="none" src="/none.mp3"></audio>`, "muted start: audio"},
}

// TestSurvey: what is to be done first in a document, and in an open shadow root of it, in every language.
func TestSurvey(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(sites.New(sites.Options{}))
	t.Cleanup(srv.Close)
	tab := browsertest.New(t, nil)
	f := openBlank(t, tab, srv.URL+"/playing/blank.html")
	for _, list := range [][]surveyed{labelled(), unreasonable, marked} {
		for _, test := range list {
			for _, into := range []string{"document.body", `document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" })`} {
				call := fmt.Sprintf("document.body.innerHTML = ''; delete globalThis.__seine; (%s).innerHTML = %s; 0", into, strconv.Quote(test.html))
				if _, err := evaluate[int](t.Context(), f, call); err != nil {
					t.Fatal(err)
				}
				reasons, err := evaluate[[]reason](t.Context(), f, surveyJS)
				if err != nil {
					t.Fatalf("%s: %v", test.html, err)
				}
				got := ""
				if _, r := new(tries).chosen(reasons, false); r.Kind != "" {
					got = r.Kind + ": " + r.What
				}
				if got != test.want {
					t.Errorf("%s (%.13s): %q, want %q", test.html, into, got, test.want)
				}
			}
		}
	}
}

func openBlank(t *testing.T, tab *browser.Tab, url string) frame {
	t.Helper()
	read, stop := tab.Session().Subscribe("Page.domContentEventFired")
	defer stop()
	res, err := cdp.Call(t.Context(), cdp.Session(tab.Session()), page.Navigate, page.NavigateParams{URL: url})
	if err != nil || res.ErrorText != "" {
		t.Fatal(err, res.ErrorText)
	}
	select {
	case <-read:
	case <-t.Context().Done():
		t.Fatal("the page was not read")
	}
	return frame{session: tab.Session(), id: res.FrameID, url: url, bears: scriptLimit}
}

// TestHabits: each kind of reason has one behaviour, and each list of words the languages that people meet.
func TestHabits(t *testing.T) {
	seen := map[string]bool{}
	for _, h := range habits {
		if h.name() == "" || seen[h.name()] || h.most < 1 || h.most > mostTry {
			t.Errorf("%q, at most %d", h.name(), h.most)
		}
		seen[h.name()] = true
	}
	var words map[string]map[string][]string
	if err := json.Unmarshal([]byte(wordsJSON), &words); err != nil {
		t.Fatal(err)
	}
	for name, list := range words {
		for _, language := range strings.Fields("en de fr es it pt pl ru ja zh tr ar") {
			// A tail stands after a space, which Japanese has not.
			if len(list[language]) == 0 && (name != "playTail" || language != "ja") {
				t.Errorf("%s has no words in %s", name, language)
			}
		}
	}
}
