package remote

// Folder is where files that are uploaded lie.
func (s *Server) Folder() string { return s.files.dir }
