package signin

// password is the flow in which the password comes in clear: USER_PASSWORD_AUTH, and ADMIN_USER_PASSWORD_AUTH with its older name.
func (s *step) password() (*outcome, error) {
	if err := s.required("USERNAME", "PASSWORD"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	s.migrating = s.pool.Triggers().UserMigration != nil
	a, err := s.begin(s.params["USERNAME"])
	if err != nil {
		return nil, err
	}
	return a.checkPassword()
}

// checkPassword is what a password in clear leads to.
func (a *attempt) checkPassword() (*outcome, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	if err := a.preAuthentication(); err != nil {
		return nil, err
	}
	if err := a.migrate(a.params["PASSWORD"]); err != nil {
		return nil, err
	}
	ok, err := a.realm.CheckPassword(a.c, a.pool, a.user, a.name, a.params["PASSWORD"])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, a.wrong()
	}
	return a.admit(a.params["PASSWORD"])
}
