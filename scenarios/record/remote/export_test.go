package remote

// Folder is where files that are uploaded lie.
func (s *Server) Folder() string { return s.files.dir }

// LimitUploads takes so many bytes in all, and gives what was taken before.
func (s *Server) LimitUploads(most int64) (before int64) {
	before, s.files.most = s.files.most, most
	return before
}
