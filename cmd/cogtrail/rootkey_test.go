package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestLoadRootKey_madeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, made, err := loadRootKey(dir, none)
	if err != nil || !made {
		t.Fatalf("%v, made: %v", err, made)
	}
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(k.ID) || !regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(k.Secret) {
		t.Errorf("key %q with secret %q", k.ID, k.Secret)
	}
	again, made, err := loadRootKey(dir, none)
	if err != nil || made || again != k {
		t.Errorf("the second time %+v, made: %v, %v, want %+v", again, made, err, k)
	}
	other, _, err := loadRootKey(t.TempDir(), none)
	if err != nil || other.ID == k.ID || other.Secret == k.Secret {
		t.Errorf("another folder has %+v, %v", other, err)
	}
}

// The file is one that only the owner reads, in the form the AWS CLI reads, and
// nothing else is left beside it.
func TestLoadRootKey_file(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, _, err := loadRootKey(dir, none)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "root-credentials")
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v, want -rw-------", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if want := "[default]\naws_access_key_id = " + k.ID + "\naws_secret_access_key = " + k.Secret + "\n"; err != nil || string(text) != want {
		t.Errorf("file holds %q, %v", text, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("folder holds %v, %v", files, err)
	}
}

func TestLoadRootKey_environment(t *testing.T) {
	t.Parallel()
	const both = "set both COGTRAIL_ROOT_ACCESS_KEY_ID and COGTRAIL_ROOT_SECRET_ACCESS_KEY, or neither"
	for name, tc := range map[string]struct{ id, secret, refused string }{
		"both":        {"AKIAX", "s3cret", ""},
		"id alone":    {"AKIAX", "", both},
		"secret only": {"", "s3cret", both},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			// What is kept in the folder must not fill the gap.
			if err := os.WriteFile(filepath.Join(dir, "root-credentials"), []byte("aws_access_key_id=AKIAFILE\naws_secret_access_key=file\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			k, made, err := loadRootKey(dir, env(map[string]string{"COGTRAIL_ROOT_ACCESS_KEY_ID": tc.id, "COGTRAIL_ROOT_SECRET_ACCESS_KEY": tc.secret}))
			if tc.refused != "" {
				if err == nil || err.Error() != tc.refused {
					t.Errorf("%v, want %s", err, tc.refused)
				}
				return
			}
			if err != nil || made || k != (rootKey{tc.id, tc.secret}) {
				t.Errorf("%+v, made: %v, %v", k, made, err)
			}
		})
	}
	dir := t.TempDir()
	if _, _, err := loadRootKey(dir, env(map[string]string{"COGTRAIL_ROOT_ACCESS_KEY_ID": "AKIAX", "COGTRAIL_ROOT_SECRET_ACCESS_KEY": "s"})); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("a key of the environment was written down: %v, %v", files, err)
	}
}

func TestLoadRootKey_files(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want rootKey // zero: refused
	}{
		"as written":        {"[default]\naws_access_key_id = AKIAX\naws_secret_access_key = a+b/c\n", rootKey{"AKIAX", "a+b/c"}},
		"without blanks":    {"aws_access_key_id=AKIAX\naws_secret_access_key=s", rootKey{"AKIAX", "s"}},
		"lines of Windows":  {"[default]\r\naws_access_key_id = AKIAX\r\naws_secret_access_key = s\r\n", rootKey{"AKIAX", "s"}},
		"secret ends in =":  {"aws_access_key_id = AKIAX\naws_secret_access_key = abc==\n", rootKey{"AKIAX", "abc=="}},
		"more lines":        {"# mine\n[default]\nregion = us-east-1\naws_secret_access_key = s\naws_access_key_id = AKIAX\n", rootKey{"AKIAX", "s"}},
		"empty":             {"", rootKey{}},
		"id alone":          {"aws_access_key_id = AKIAX\n", rootKey{}},
		"secret alone":      {"aws_secret_access_key = s\n", rootKey{}},
		"empty values":      {"aws_access_key_id =\naws_secret_access_key =\n", rootKey{}},
		"names in capitals": {"AWS_ACCESS_KEY_ID = AKIAX\nAWS_SECRET_ACCESS_KEY = s\n", rootKey{}},
		"cut while written": {"[default]\naws_access_key_id = AKIAX\naws_secr", rootKey{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "root-credentials", tc.text)
			k, made, err := loadRootKey(filepath.Dir(path), none)
			if tc.want == (rootKey{}) {
				if want := "read " + path + ": no aws_access_key_id and aws_secret_access_key in it"; err == nil || err.Error() != want {
					t.Errorf("%+v, %v, want %s", k, err, want)
				}
			} else if err != nil || made || k != tc.want {
				t.Errorf("%+v, made: %v, %v, want %+v", k, made, err, tc.want)
			}
			// A file that is there is never written over.
			if now, err := os.ReadFile(path); err != nil || string(now) != tc.text {
				t.Errorf("file holds %q now, %v", now, err)
			}
		})
	}
}

func TestLoadRootKey_folders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "root-credentials"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := loadRootKey(dir, none); err == nil || !strings.HasPrefix(err.Error(), "read root credentials: ") {
		t.Errorf("folder in its place: %v", err)
	}
	if _, _, err := loadRootKey(filepath.Join(dir, "none"), none); err == nil || !strings.HasPrefix(err.Error(), "write root credentials: ") {
		t.Errorf("missing folder: %v", err)
	}
}

func FuzzParseRootKey(f *testing.F) {
	f.Add("[default]\naws_access_key_id = AKIAX\naws_secret_access_key = a+b/c\n")
	f.Add("aws_access_key_id=\r\naws_secret_access_key==")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := parseRootKey(text)
		if err != nil {
			return
		}
		for _, v := range []string{k.ID, k.Secret} {
			if v == "" || v != strings.TrimSpace(v) || strings.Contains(v, "\n") {
				t.Errorf("%q gives %q", text, v)
			}
		}
		again, err := parseRootKey("aws_access_key_id = " + k.ID + "\naws_secret_access_key = " + k.Secret + "\n")
		if err != nil || again != k {
			t.Errorf("written and read: %+v, %v, want %+v", again, err, k)
		}
	})
}

// Credentials that others can read are not used without a word.
func TestLoadRootKey_readByOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	none := func(string) string { return "" }
	if _, made, err := loadRootKey(dir, none); err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	if err := os.Chmod(filepath.Join(dir, "root-credentials"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := loadRootKey(dir, none); err == nil || !strings.Contains(err.Error(), "can be read by others (mode 0644)") {
		t.Errorf("%v", err)
	}
}
