package signin

// password is the flow in which the password comes in clear: USER_PASSWORD_AUTH, and ADMIN_USER_PASSWORD_AUTH with its older name.
func (s *step) password() (*outcome, error) {
	if err := s.required("USERNAME", "PASSWORD"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	a, err := s.begin(s.params["USERNAME"])
	if err != nil {
		return nil, err
	}
	if err := a.ready(); err != nil {
		return nil, err
	}
	ok, err := s.realm.CheckPassword(s.c, s.pool, a.user, a.name, s.params["PASSWORD"])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, a.wrong()
	}
	return a.admit()
}
