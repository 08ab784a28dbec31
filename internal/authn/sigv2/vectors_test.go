package sigv2_test

// vector is a URL as botocore 1.43 makes it (HmacV1QueryAuth) at 2026-09-01T10:00:00Z for one hour.
type vector struct {
	name, method, url string
	bucket            string   // of the virtual host
	header            []string // what the client has to send beside the URL
}

const (
	keyID  = "AKIAIOSFODNN7EXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

var vectors = []vector{
	{name: "get", method: "GET", url: "http://localhost:4700/b-1/k.txt?AWSAccessKeyId=" + keyID + "&Signature=rS85yQ1ivfraQKx%2BmxkM7C0IB7E%3D&Expires=1788260400"},
	{name: "escapes", method: "GET", url: "http://localhost:4700/b-1/a%20b/%C3%A9%2B%28x%29//..//%25y?AWSAccessKeyId=" + keyID + "&Signature=42Q25%2Bh2vFcIhPjXqC0YrhWCSmY%3D&Expires=1788260400"},
	{name: "put", method: "PUT", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=lHEIpo%2B%2FGl06Bep4qJoz3mdwfdo%3D&Expires=1788260400"},
	{name: "put typed", method: "PUT", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=LvlTnDYE%2F9Mcu6Jd9d8xpM%2FyVn4%3D&content-type=text%2Fplain&content-md5=XUFAKrxLKna5cZ2REBfFkg%3D%3D&Expires=1788260400", header: []string{"Content-Type", "text/plain", "Content-Md5", "XUFAKrxLKna5cZ2REBfFkg=="}},
	{name: "put meta", method: "PUT", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=p9dnpNJ2zYcfs%2Fk0blCKnR44MGM%3D&x-amz-acl=private&x-amz-meta-a=%20x%20%20y%20&x-amz-meta-z=1&Expires=1788260400"},
	{name: "head", method: "HEAD", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=LbKPoXe9tmdDOpxn8Gcy4Niy5pE%3D&Expires=1788260400"},
	{name: "delete", method: "DELETE", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=fKxM2zhmKhl3PuKXZmsDg4%2B1%2FZE%3D&Expires=1788260400"},
	{name: "overrides", method: "GET", url: "http://localhost:4700/b-1/k?response-content-type=text%2Fhtml%3B%20charset%3Dutf-8&response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&versionId=v%2B1%2F%3D&AWSAccessKeyId=" + keyID + "&Signature=uDZWR%2BQG7t%2B01L%2BtScHPBtyySLA%3D&Expires=1788260400"},
	{name: "part", method: "PUT", url: "http://localhost:4700/b-1/k?uploadId=u.1-2&partNumber=3&AWSAccessKeyId=" + keyID + "&Signature=kuiiFAmuOMX73geXsMXUc4hJ6oU%3D&Expires=1788260400"},
	{name: "uploads", method: "POST", url: "http://localhost:4700/b-1/k?uploads&AWSAccessKeyId=" + keyID + "&Signature=Jm%2FA4ZzNpDj0CYPWPemPNr7ml%2FQ%3D&Expires=1788260400"},
	{name: "list", method: "GET", url: "http://localhost:4700/b-1?list-type=2&prefix=x%2F&encoding-type=url&AWSAccessKeyId=" + keyID + "&Signature=JQNqM5MlUTapuRydhBeRc4G7AYw%3D&Expires=1788260400"},
	{name: "copy", method: "PUT", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=JXJVOM7n7FUFUDJdv3RLvwNuHWE%3D&x-amz-copy-source=b-1%2Fother%2520k&Expires=1788260400"},
	{name: "token", method: "GET", url: "http://localhost:4700/b-1/k?AWSAccessKeyId=" + keyID + "&Signature=GsDaTWcIN6mtA7WA%2B9yzPcCmaMk%3D&x-amz-security-token=TOKEN%2F%2B%3D%3D&Expires=1788260400"},
	{name: "virtual host", method: "GET", url: "http://b-1.s3.us-east-1.localhost:4700/d/k%20k?AWSAccessKeyId=" + keyID + "&Signature=4lCmdBed0TZ%2Bxp0j6UYm3mGXPBs%3D&Expires=1788260400", bucket: "b-1"},
}
