package assemble

import (
	"context"
	"fmt"
	"net/url"

	"seine/assemble/fetch"
	"seine/assemble/manifest"
	"seine/assemble/plan"
	"seine/assemble/subs"
)

// TextTrack is a file of subtitles that belongs to a film and that no playlist names, as the track element of a page has them: WebVTT,
// SubRip or TTML, whose times count from the film's beginning.
type TextTrack struct {
	URL            string
	Language, Name string
}

// maxTextTracks bounds the files that a page may name.
const maxTextTracks = plan.MaxTexts

// besides are the job's tracks, as far as their addresses can be fetched.
func (j *Job) besides() (list []manifest.Rendition) {
	for _, t := range j.Tracks[:min(len(j.Tracks), maxTextTracks)] {
		u, err := url.Parse(t.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			continue
		}
		list = append(list, plan.File(u, t.Language, t.Name))
	}
	return list
}

// beside adds the job's tracks to a film that is one playlist.
func (in *Inspection) beside(ctx context.Context, job *Job) error {
	list := job.besides()
	if len(list) == 0 {
		if job.Choice.NamesTexts() {
			in.Warnings = append(in.Warnings, "the address is that of one playlist: there are no subtitles to choose")
		}
		return nil
	}
	texts, err := plan.Texts(list, job.Choice)
	for i := range texts {
		if err == nil {
			texts[i].Playlist, _, err = texts[i].Lister.List(ctx, nil)
		}
	}
	in.Streams = append(in.Streams, texts...)
	return err
}

// singleWithTracks fetches a film in one file, with the subtitles that are beside it.
func (r *run) singleWithTracks(ctx context.Context, not error) error {
	list := r.job.besides()
	if len(list) == 0 {
		r.noSubtitles()
		return r.single(ctx, not)
	}
	streams, err := plan.Texts(list, r.job.Choice)
	if err == nil {
		err = r.single(ctx, not)
	}
	if err == nil {
		err = r.tracksOfSingle(ctx, streams)
	}
	return err
}

// tracksOfSingle writes the subtitles beside a film in one file. What cannot be had is told, and the film stays.
func (r *run) tracksOfSingle(ctx context.Context, streams []plan.Stream) error {
	var list []titles
	for i := range streams {
		t, err := r.trackOfSingle(ctx, &streams[i])
		if err != nil {
			return marked{fmt.Errorf("%s is there, but not its %s: %w", r.verdict.Path, streams[i].Name(), err), ErrIncomplete}
		}
		list = append(list, t)
	}
	r.remarkSubtitles(list)
	if err := r.writeSidecars(list); err != nil {
		return err
	}
	return r.commitSidecars()
}

func (r *run) trackOfSingle(ctx context.Context, s *plan.Stream) (titles, error) {
	t := titles{Subtitles: Subtitles{Language: s.Language, Name: s.Title, SegmentsPlanned: 1}}
	body, err := r.pool.Get(ctx, fetch.Request{Kind: fetch.Segment, Name: "the " + s.Name(), URL: s.URL.String(), Check: checkSubtitles})
	if err != nil {
		return t, err
	}
	defer body.Release()
	p, err := readText(&plan.Part{}, nil, body.Data)
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrContent, err)
	}
	t.cues, t.Dropped, t.Segments = subs.Merge(p.cues), p.dropped, 1
	t.Cues = len(t.cues)
	return t, nil
}
