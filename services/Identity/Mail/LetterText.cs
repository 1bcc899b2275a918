using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;
using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Identity;

/// <summary>Makes the mail of a letter, in the language of the page that asked for it; null where there is nobody to write to.</summary>
internal sealed class LetterText(UserManager<Account> users, IStringLocalizer<Texts> texts, Sender sender)
{
    public async Task<MimeMessage?> Compose(Letter letter)
    {
        var account = letter.Account is { } id
            ? await users.FindByIdAsync(id.ToString())
            : await users.FindByEmailAsync(letter.Address);
        if (account is null || account.Suspended)
            return null;
        var (kind, link) = letter.Kind switch
        {
            // Whoever has not confirmed yet has forgotten the confirmation, whatever was asked for.
            _ when !account.EmailConfirmed => (
                Letter.Confirm,
                Link("confirm", account, await users.GenerateEmailConfirmationTokenAsync(account))
            ),
            // To the address that it was asked for, or to none.
            Letter.Again when account.NormalizedEmail == users.NormalizeEmail(letter.Address) => (
                Letter.Again,
                Link("confirm", account, await users.GenerateEmailConfirmationTokenAsync(account)) + "&again=true"
            ),
            Letter.Reset => (
                Letter.Reset,
                Link("reset", account, await users.GeneratePasswordResetTokenAsync(account))
            ),
            Letter.Known or Letter.Moving => (letter.Kind, sender.To("/forgot")),
            var secured when Letter.Secured.Contains(secured, StringComparer.Ordinal) => (
                secured,
                sender.To("/forgot")
            ),
            Letter.Move when await IsFree(letter.Address, account) => (
                Letter.Move,
                Link("address/confirm", account, await users.GenerateChangeEmailTokenAsync(account, letter.Address))
                    + $"&email={Uri.EscapeDataString(letter.Address)}"
            ),
            _ => (letter.Kind, null),
        };
        var address = letter.Account is null ? account.Email! : letter.Address;
        return link is null ? null : Write(letter, kind, account.Name, address, link, texts, sender);
    }

    // Somebody else's: whoever asked is not told so.
    private async Task<bool> IsFree(string address, Account account) =>
        await users.FindByEmailAsync(address) is not { EmailConfirmed: true } other || other.Id == account.Id;

    private string Link(string page, Account account, string token) =>
        sender.To($"/{page}?account={account.Id}&token={WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(token))}");

    public static MimeMessage Write(
        Letter letter,
        string kind,
        string name,
        string address,
        string link,
        IStringLocalizer texts,
        Sender sender
    )
    {
        // Nobody has shown yet that the address is theirs: whoever gets this may not know who chose the name.
        if (kind is Letter.Confirm or Letter.Move)
            name = "";
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(letter.Culture);
        string button = texts[kind is Letter.Confirm or Letter.Again or Letter.Move ? "Confirm.Submit" : "Reset.Title"];
        var body = new Body(
            texts[$"Mail.{kind}.Subject"],
            letter.Culture,
            [],
            [new Block.Paragraph(texts["Mail.Why"])]
        );
        var said = Letter.Secured.Contains(kind, StringComparer.Ordinal) ? "secured" : kind;
        var says = texts[$"Mail.{said}.Body"].Value.Trim().ReplaceLineEndings("\n").Split("\n\n");
        body = body with
        {
            Blocks =
            [
                .. says.Select(line =>
                    line == "{1}"
                        ? (Block)new Block.Button(button, link)
                        : new Block.Paragraph(
                            line.Replace("{2}", body.Title, StringComparison.Ordinal)
                                .Replace("{0}", Line.Within(name, body.Direction), StringComparison.Ordinal)
                        )
                ),
            ],
        };
        return new Envelope(letter.Id, letter.At, body.Title, name, address, "account").Around(body, sender);
    }
}
